package io.offhook.sender;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class EgressGuardTest {

    private static final HostLookup NOTHING_RESOLVES = host -> {
        throw new UnknownHostException(host);
    };

    /** Every block of the registries at its first and last address, and each way to write an address that browsers understand. */
    @ParameterizedTest
    @ValueSource(strings = {
            // IPv4 Special-Purpose Address Registry
            "http://0.0.0.0/", "http://0.255.255.255/", "http://10.0.0.0/", "http://10.255.255.255/",
            "http://100.64.0.0/",
            "http://100.127.255.255/", "http://127.0.0.0/", "http://127.0.0.1/", "http://127.255.255.255/",
            "http://169.254.0.0/",
            "http://169.254.169.254/latest/meta-data/", "http://169.254.255.255/", "http://172.16.0.0/",
            "http://172.31.255.255/",
            "http://192.0.0.0/", "http://192.0.0.8/", "http://192.0.0.170/", "http://192.0.0.255/", "http://192.0.2.0/",
            "http://192.0.2.255/", "http://192.31.196.1/", "http://192.52.193.1/", "http://192.88.99.0/",
            "http://192.88.99.255/",
            "http://192.168.0.0/", "http://192.168.255.255/", "http://192.175.48.1/", "http://198.18.0.0/",
            "http://198.19.255.255/",
            "http://198.51.100.0/", "http://198.51.100.255/", "http://203.0.113.0/", "http://203.0.113.255/",
            "http://240.0.0.0/",
            "http://255.255.255.254/", "http://255.255.255.255/",
            // Multicast
            "http://224.0.0.0/", "http://239.255.255.255/", "http://[ff02::1]/", "http://[ffff::]/",
            // Other spellings of IPv4
            "http://2130706433/", "http://0x7f000001/", "http://0X7F.1/", "http://0x7f.0.0.0x1/", "http://0177.0.0.1/",
            "http://017700000001/", "http://127.1/", "http://127.0.1/", "http://127.1./", "http://0/", "http://0x/",
            "http://0x0/",
            "http://10.1/", "http://0xa9fea9fe/", "http://2852039166/", "http://0251.0376.0251.0376/",
            "http://3232235777/",
            "http://192.168.257/", "http://00000000177.0.0.1/", "http://%31%32%37.0.0.1/", "http://127%2e0%2e0%2e1/",
            "http://１２７.0.0.1/", "http://127。0。0。1/", "http://①②⑦.⓪.⓪.①/", "https://127.0.0.1:8443/",
            // IPv6 Special-Purpose Address Registry
            "http://[::]/", "http://[::1]/", "http://[0:0:0:0:0:0:0:1]/", "http://[64:ff9b:1::1]/",
            "http://[64:ff9b:1:ffff::a00:1]/",
            "http://[100::]/", "http://[100::ffff]/", "http://[100:0:0:1::1]/", "http://[2001::1]/",
            "http://[2001:1::1]/",
            "http://[2001:2::1]/", "http://[2001:3::1]/", "http://[2001:4:112::1]/", "http://[2001:10::1]/",
            "http://[2001:20::1]/",
            "http://[2001:30::1]/", "http://[2001:1ff:ffff::1]/", "http://[2001:db8::1]/", "http://[2001:db8:ffff::1]/",
            "http://[2002::1]/", "http://[2002:7f00:1::]/", "http://[2002:808:808::1]/", "http://[2620:4f:8000::1]/",
            "http://[3fff::1]/", "http://[3fff:fff:ffff::1]/", "http://[5f00::1]/", "http://[fc00::1]/",
            "http://[fd00:ec2::254]/",
            "http://[fe80::1]/", "http://[febf::1]/", "http://[fec0::1]/", "http://[feff::1]/", "http://[4000::1]/",
            "http://[200::1]/",
            // IPv4 inside IPv6
            "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[::FFFF:169.254.169.254]/",
            "http://[::ffff:0:127.0.0.1]/",
            "http://[::127.0.0.1]/", "http://[::8.8.8.8]/", "http://[64:ff9b::127.0.0.1]/",
            "http://[64:ff9b::a9fe:a9fe]/",
            "http://[64:ff9b::10.0.0.1]/", "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/"})
    void refusesWhatIsNotGlobalUnicast(String url) {
        assertThat(refusal("", NOTHING_RESOLVES, url)).isNotEmpty().contains("not a global unicast address");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://1.1.1.1/", "http://9.255.255.255/", "http://11.0.0.0/", "http://100.63.255.255/",
            "http://100.128.0.0/", "http://126.255.255.255/", "http://128.0.0.0/", "http://169.253.255.255/",
            "http://169.255.0.0/",
            "http://172.15.255.255/", "http://172.32.0.0/", "http://192.0.1.0/", "http://192.0.3.0/",
            "http://192.167.255.255/",
            "http://192.169.0.0/", "http://198.17.255.255/", "http://198.20.0.0/", "http://203.0.112.255/",
            "http://203.0.114.0/",
            "http://223.255.255.255/", "http://134744072/", "https://[2606:4700:4700::1111]/", "http://[2000::1]/",
            "http://[2001:200::1]/", "http://[2001:db7::1]/", "http://[2001:db9::1]/", "http://[2003::1]/",
            "http://[3ffe::1]/",
            "http://[3fff:1000::1]/", "http://[64:ff9b::8.8.8.8]/", "http://[::ffff:8.8.8.8]/",
            "http://nowhere.example/",
            "https://crm.example:8443/hooks?a=b", "http://xn--zrich-kva.example/", "http://zürich.example/",
            "http://a_b.example/", "http://example/", "http://example./"})
    void acceptsGlobalUnicastAndNamesThatDoNotResolveYet(String url) {
        assertThat(refusal("", NOTHING_RESOLVES, url)).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "ftp://crm.example/|http or https",
            "file:///etc/passwd|http or https",
            "gopher://127.0.0.1/|http or https",
            "//crm.example/|http or https",
            "http:crm.example|host is missing",
            "http:///hooks|host is missing",
            "http://user@crm.example/|user information",
            "http://user:pw@crm.example/|user information",
            "http://8.8.8.8@127.0.0.1/|user information",
            "http://crm.example:0/|1-65535",
            "http://crm.example:65536/|1-65535",
            "http://crm.example:1:2/|not a host name",
            "http://[fe80::1%25eth0]/|zone id",
            "http://[fe80::1%251]/|zone id",
            "http://1.2.3.4.5/|not an IPv4 address",
            "http://256.0.0.1/|not an IPv4 address",
            "http://1.2.3.256/|not an IPv4 address",
            "http://4294967296/|not an IPv4 address",
            "http://127.0.0.08/|not an IPv4 address",
            "http://1..2/|not a host name",
            "http://example.0x/|not an IPv4 address",
            "http://a%20b.example/|not a host name",
            "http://a%00.example/|not a host name",
            "http://127.0.0.1%2f.example/|not a host name",
            "http://.example/|not a host name"})
    void refusesUrlsThatCannotBeTargets(String url, String why) {
        assertThat(refusal("0.0.0.0/0,::/0", NOTHING_RESOLVES, url)).contains(why);
    }

    @Test
    void everyAddressOfANameMustBeAllowedWhenItIsRegistered() {
        HostLookup mixed = _ -> List.of(InetAddress.ofLiteral("8.8.8.8"), InetAddress.ofLiteral("fd00::1"));
        HostLookup global = _ -> List.of(InetAddress.ofLiteral("8.8.8.8"),
                InetAddress.ofLiteral("2606:4700:4700::1111"));

        assertThat(refusal("", mixed, "https://crm.example/")).contains("crm.example resolves to").contains("fd00:");
        assertThat(refusal("", global, "https://crm.example/")).isNull();
        assertThat(refusal("fd00::/8", mixed, "https://crm.example/")).isNull();
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {
            "http://127.0.0.1/, -", "http://[::ffff:127.0.0.1]/, -", "http://[64:ff9b::127.0.0.1]/, -",
            "http://10.1.2.3/, -",
            "http://10.2.0.0/, private use", "http://[fd00::1]/, -", "http://[fd01::1]/, outside 2000::/3",
            "http://172.16.5.5/, -", "http://172.16.5.6/, private use"})
    void allowedBlocksOpenExactlyThemselves(String url, String why) {
        String refusal = refusal(" 127.0.0.0/8, 10.1.0.0/16 ,fd00::/16,172.16.5.5,", NOTHING_RESOLVES, url);

        if (why == null) {
            assertThat(refusal).isNull();
        } else {
            assertThat(refusal).contains(why);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/33", "10.0.0.0/-1", "10.0.0.1/8", "10.0.0.0/x", "10.0.0.0/", "fd00::/129",
            "localhost/8",
            "10.0.0.0/8;127.0.0.0/8", "everything", "/8"})
    void saysWhichAllowedBlockIsWrong(String cidr) {
        assertThatIllegalArgumentException().isThrownBy(() -> guard("127.0.0.0/8," + cidr, NOTHING_RESOLVES))
                .withMessageContaining(cidr).withMessageContaining("10.0.0.0/8");
    }

    @Test
    void sendsToTheAddressThatAnOddSpellingMeans() throws Exception {
        try (var receiver = RawReceiver.ok(); var fixture = new SenderFixture()) {
            AttemptResult result = fixture.send("http://0x7f.1:" + receiver.port() + "/");

            assertThat(result.delivered()).isTrue();
            assertThat(receiver.requests().getFirst().headers()).containsEntry("host", "127.0.0.1:" + receiver.port());
        }
    }

    private static String refusal(String allowed, HostLookup lookup, String url) {
        return guard(allowed, lookup).refusal(URI.create(url)).orElse(null);
    }

    private static EgressGuard guard(String allowed, HostLookup lookup) {
        return new EgressGuard(allowed, new AddressResolver(lookup));
    }
}
