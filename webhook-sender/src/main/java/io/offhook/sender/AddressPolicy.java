package io.offhook.sender;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Which addresses a webhook may go to: global unicast alone, plus what the operator allows. The blocks are those of the IANA IPv4 and
 * IPv6 Special-Purpose Address Registries (RFC 6890, RFC 8190 and successors) and multicast. Blocks that the registries call globally
 * reachable (anycast services such as 192.175.48.0/24) are refused too: no receiver lives there. The one exception is NAT64's
 * well-known prefix, through which an IPv6-only network reaches every IPv4 receiver: the IPv4 address in it is judged.
 */
final class AddressPolicy {

    private record Special(CidrBlock block, String purpose) {

        Special(String cidr, String purpose) {
            this(CidrBlock.parse(cidr), purpose);
        }
    }

    private static final List<Special> IPV4 = List.of(
            new Special("0.0.0.0/8", "this network, RFC 791"),
            new Special("10.0.0.0/8", "private use, RFC 1918"),
            new Special("100.64.0.0/10", "shared address space, RFC 6598"),
            new Special("127.0.0.0/8", "loopback, RFC 1122"),
            new Special("169.254.0.0/16", "link local, RFC 3927"),
            new Special("172.16.0.0/12", "private use, RFC 1918"),
            new Special("192.0.0.0/24", "IETF protocol assignments, RFC 6890"),
            new Special("192.0.2.0/24", "documentation, RFC 5737"),
            new Special("192.31.196.0/24", "AS112, RFC 7535"),
            new Special("192.52.193.0/24", "AMT, RFC 7450"),
            new Special("192.88.99.0/24", "6to4 relay anycast, RFC 7526"),
            new Special("192.168.0.0/16", "private use, RFC 1918"),
            new Special("192.175.48.0/24", "AS112, RFC 7534"),
            new Special("198.18.0.0/15", "benchmarking, RFC 2544"),
            new Special("198.51.100.0/24", "documentation, RFC 5737"),
            new Special("203.0.113.0/24", "documentation, RFC 5737"),
            new Special("224.0.0.0/4", "multicast, RFC 5771"),
            new Special("240.0.0.0/4", "reserved and limited broadcast, RFC 1112"));

    /** Blocks inside 2000::/3; whatever lies outside it is not global unicast (RFC 4291 section 2.4, RFC 3587). */
    private static final List<Special> IPV6 = List.of(
            new Special("2001::/23", "IETF protocol assignments with Teredo and ORCHID, RFC 2928"),
            new Special("2001:db8::/32", "documentation, RFC 3849"),
            new Special("2002::/16", "6to4, RFC 3056"),
            new Special("2620:4f:8000::/48", "AS112, RFC 7534"),
            new Special("3fff::/20", "documentation, RFC 9637"));

    private static final CidrBlock GLOBAL_UNICAST = CidrBlock.parse("2000::/3");
    private static final CidrBlock NAT64 = CidrBlock.parse("64:ff9b::/96");
    private static final int NAT64_PREFIX_BYTES = 12;
    private static final int IPV4_BYTES = 4;

    private final List<CidrBlock> allowed;

    /** @param allowed blocks that are fine whatever the registries say */
    AddressPolicy(List<CidrBlock> allowed) {
        this.allowed = List.copyOf(allowed);
    }

    /** Why nothing may be sent to the address, naming it; empty when it may. */
    Optional<String> refusal(InetAddress address) {
        if (address instanceof Inet6Address v6 && v6.getScopeId() != 0) {
            return Optional.of(address.getHostAddress() + " has a zone id");
        }
        return purposeOf(address.getAddress())
                .map(purpose -> address.getHostAddress() + " is not a global unicast address (" + purpose + ")");
    }

    private Optional<String> purposeOf(byte[] address) {
        if (allowed.stream().anyMatch(block -> block.contains(address))) {
            return Optional.empty();
        }
        if (address.length == IPV4_BYTES) {
            return purposeOf(address, IPV4);
        }
        if (NAT64.contains(address)) {
            return purposeOf(Arrays.copyOfRange(address, NAT64_PREFIX_BYTES, address.length));
        }
        return GLOBAL_UNICAST.contains(address)
                ? purposeOf(address, IPV6)
                : Optional.of("outside 2000::/3, RFC 4291");
    }

    private static Optional<String> purposeOf(byte[] address, List<Special> registry) {
        return registry.stream().filter(special -> special.block().contains(address)).map(Special::purpose).findFirst();
    }
}
