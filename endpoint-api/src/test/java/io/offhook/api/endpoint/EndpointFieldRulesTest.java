package io.offhook.api.endpoint;

import java.util.Map;
import java.util.UUID;

import io.offhook.api.ApiClient;
import io.offhook.api.RunningApi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;

class EndpointFieldRulesTest {

    private static final String PATH = "/api/v1/endpoints";
    private static final String URL = "http://127.0.0.1:9/";
    private static final JsonMapper JSON = new JsonMapper();

    private static final RunningApi RUNNING = RunningApi.shared();
    private static final String TENANT = "rules" + UUID.randomUUID() + ".example";
    private static final ApiClient API = RUNNING.tenant(TENANT);

    /** field | value as JSON | part of the message */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            connection_timeout_sec | 0              | 0 (expected: a whole number from 1 to 30)
            connection_timeout_sec | 31             | 31 (expected: a whole number from 1 to 30)
            connection_timeout_sec | -1             | -1 (expected
            connection_timeout_sec | "5"            | "5" (expected: a whole number
            connection_timeout_sec | 5.5            | 5.5 (expected
            connection_timeout_sec | 5.0            | 5.0 (expected
            connection_timeout_sec | null           | null (expected
            connection_timeout_sec | true           | true (expected
            connection_timeout_sec | [5]            | [5] (expected
            connection_timeout_sec | 99999999999999999999 | 99999999999999999999 (expected
            request_timeout_sec    | 0              | 0 (expected: a whole number from 1 to 30)
            request_timeout_sec    | 31             | 31 (expected: a whole number from 1 to 30)
            request_timeout_sec    | 1e1            | (expected: a whole number
            max_in_flight          | 0              | 0 (expected: a whole number from 1 to 256)
            max_in_flight          | 257            | 257 (expected: a whole number from 1 to 256)
            rate_limit_per_sec     | 0              | 0 (expected: null or a whole number from 1 to 10000)
            rate_limit_per_sec     | 10001          | 10001 (expected: null or a whole number from 1 to 10000)
            events                 | []             | [] (expected: a list of at least one of originate, answer, hangup)
            events                 | ["ring"]       | ["ring"] (expected: a list of at least one of originate
            events                 | ["HANGUP"]     | (expected
            events                 | "hangup"       | "hangup" (expected: a list
            events                 | {"a":"hangup"} | (expected: a list
            events                 | ["hangup",1]   | (expected
            directions             | []             | [] (expected: a list of at least one of inbound, outbound, local)
            directions             | ["in"]         | ["in"] (expected
            enabled                | "true"         | "true" (expected: true or false)
            enabled                | null           | null (expected: true or false)
            name                   | ""             | "" (expected: a string of 1 to 200 characters)
            name                   | 7              | 7 (expected: a string
            name                   | null           | null (expected: a string
            tenant                 | ""             | "" (expected: a string of 1 to 253 characters)
            tenant                 | "a b"          | "a b" (expected: a SIP domain
            tenant                 | "other.example" | the tenant of this key
            tenant                 | null           | the tenant of this key
            headers                | []             | [] (expected: an object
            headers                | null           | null (expected: an object
            headers.x-a            | {"x-a":1}      | no string
            headers.x-a            | {"x-a":null}   | no string
            headers.host           | {"host":"h"}   | host is reserved
            headers.Webhook-Id     | {"Webhook-Id":"1"} | webhook-id is reserved
            headers.ce-anything    | {"ce-anything":"1"} | ce-anything is reserved
            headers.proxy-x        | {"proxy-x":"1"} | proxy-x is reserved
            headers.offhook-attempt | {"offhook-attempt":"1"} | offhook-attempt is reserved
            headers.Content-Length | {"Content-Length":"1"} | content-length is reserved
            headers.Transfer-Encoding | {"Transfer-Encoding":"chunked"} | transfer-encoding is reserved
            headers.x y            | {"x y":"1"}    | is not a token
            headers.x-a            | {"x-a":"1\\r\\nx-b: 2"} | control
            headers.x-a            | {"x-a":"é"}    | non-ASCII
            headers.x-a            | {"x-a":"a "}   | space
            headers.X-A            | {"x-a":"1","X-A":"2"} | given twice
            secret                 | "whsec_AAAA"   | expected: whsec_<base64 of 24-64 bytes>
            secret                 | "geheim"       | expected: whsec_
            secret                 | null           | expected: whsec_
            url                    | ""             | "" (expected
            url                    | 7              | 7 (expected
            url                    | null           | null (expected
            url                    | "crm.example"  | http or https
            url                    | "ftp://crm.example/" | ftp (expected: http or https)
            url                    | "http:///path" | host
            url                    | "http:crm.example" | host
            url                    | "http://crm.example/a b" | (expected
            url                    | "http://me:pw@crm.example/" | user information
            url                    | "http://crm.example/#f" | fragment
            url                    | "http://crm.example:0/" | port
            url                    | "http://crm.example:65536/" | port
            id                     | "x"            | unknown field
            colour                 | "red"          | unknown field
            """)
    void aWrongFieldIsNamedWithItsValueAndWhatIsAllowed(String field, String value, String message) {
        String name = field.startsWith("headers.") ? "headers" : field;
        String url = name.equals("url") ? "" : ",\"url\":\"" + URL + "\"";
        var answer = API.post(PATH, "{\"" + name + "\":" + value + url + "}");

        assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
        assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
        assertThat(answer.wrongFields()).as(answer.toString()).containsExactly(field);
        assertThat(answer.messageOn(field)).contains(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            connection_timeout_sec | 1
            connection_timeout_sec | 30
            request_timeout_sec    | 1
            request_timeout_sec    | 30
            max_in_flight          | 1
            max_in_flight          | 256
            rate_limit_per_sec     | 1
            rate_limit_per_sec     | 10000
            rate_limit_per_sec     | null
            events                 | ["hangup"]
            directions             | ["local"]
            enabled                | false
            name                   | "é"
            headers                | {"x-a":"b c"}
            headers                | {"authorization":"Bearer x"}
            url                    | "https://xn--mller-kva.example/hooks?a=b"
            url                    | "http://crm_in_compose:8080/hooks"
            """)
    void theEdgesOfWhatIsAllowedAreAccepted(String field, String value) {
        String url = field.equals("url") ? "" : ",\"url\":\"" + URL + "\"";
        var answer = API.post(PATH, "{\"" + field + "\":" + value + url + "}");

        assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
        assertThat(answer.json().get(field)).isEqualTo(JSON.readTree(value));
        assertThat(API.delete(answer.header("location")).status()).isEqualTo(204);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://10.0.0.1/", "http://0x0a.1/", "http://167772161/", "http://012.0.0.1/",
            "http://[::ffff:10.0.0.1]/", "http://[64:ff9b::a00:1]/", "http://[fd00::1]/", "http://[fe80::1]/",
            "http://169.254.169.254/latest/meta-data/", "http://[2002:a00:1::]/", "http://224.0.0.1/",
            "http://0.0.0.0/", "http://10.0.0.1./", "http://%31%30.0.0.1/", "http://１０.0.0.1/"})
    void aBlockedAddressIsRefusedInEverySpelling(String url) {
        var answer = API.post(PATH, Map.of("url", url));

        assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
        assertThat(answer.wrongFields()).containsExactly("url");
        assertThat(answer.messageOn("url")).contains("not a global unicast address", "OFFHOOK_EGRESS_ALLOW_CIDRS")
                .containsPattern("[0-9a-f]+[.:][0-9a-f.:]+");
    }

    @Test
    void aNameThatDoesNotResolveIsAccepted() {
        var accepted = API.post(PATH, Map.of("url", "http://nobody-here.invalid/"));

        assertThat(accepted.status()).as(accepted.toString()).isEqualTo(201);
        assertThat(accepted.text("name")).isEqualTo("nobody-here.invalid");
        assertThat(API.delete(accepted.header("location")).status()).isEqualTo(204);
    }

    @Test
    void allWrongFieldsAreReportedAtOnce() {
        var answer = API.post(PATH, """
                {"url":"http://10.0.0.1/","connection_timeout_sec":0,"request_timeout_sec":"x","events":[],
                 "headers":{"host":"a","x-b":2},"tenant":"foreign.example","colour":1,"flavour":2}""");

        assertThat(answer.wrongFields()).containsExactlyInAnyOrder("tenant", "connection_timeout_sec",
                "request_timeout_sec", "events", "headers.host", "headers.x-b", "url", "colour", "flavour");
        assertThat(answer.text("title")).isEqualTo("Bad Request");
        assertThat(answer.json().get("status").intValue()).isEqualTo(400);
        assertThat(answer.text("type")).isEqualTo("about:blank");
        assertThat(API.post(PATH, "{}").wrongFields()).containsExactly("url");
    }

    @Test
    void lengthsAreCountedInCharactersUpToTheirBounds() {
        String longName = "😀".repeat(200);
        String longUrl = "http://127.0.0.1:9/" + "a".repeat(2048 - 19);
        var accepted = API.post(PATH, Map.of("url", longUrl, "name", longName));
        assertThat(accepted.status()).as(accepted.toString()).isEqualTo(201);
        assertThat(accepted.text("name")).isEqualTo(longName);

        assertThat(API.post(PATH, Map.of("url", longUrl + "a", "name", longName + "a")).wrongFields())
                .containsExactlyInAnyOrder("url", "name");
    }

    @Test
    void headersAreBoundedInNumberAndSize() {
        ObjectNode headers = JSON.createObjectNode();
        for (int i = 0; i < 32; i++) {
            // 4 + 124 characters each: 4,096 in all.
            headers.put("x-%02d".formatted(i), "v".repeat(124));
        }
        assertThat(API.post(PATH, Map.of("url", URL, "headers", headers)).status()).isEqualTo(201);
        headers.put("x-00", "v".repeat(125));
        assertThat(API.post(PATH, Map.of("url", URL, "headers", headers)).messageOn("headers")).contains("4097");
        headers.removeAll();
        for (int i = 0; i < 33; i++) {
            headers.put("x-" + i, "v");
        }
        assertThat(API.post(PATH, Map.of("url", URL, "headers", headers)).messageOn("headers")).contains("33");
    }

    @Test
    void wrongHeadersAndSecretsAreNotRepeated() {
        var answer = API.post(PATH,
                Map.of("url", "http://u:hidden-1@crm.example/", "secret", "whsec_hidden-2", "headers",
                        Map.of("authorization", "hidden-3\n")));

        assertThat(answer.wrongFields()).containsExactlyInAnyOrder("url", "secret", "headers.authorization");
        assertThat(answer.response().body()).doesNotContain("hidden");
    }

    @Test
    void aTenantKeepsToItselfAndIsWrittenInLowerCase() {
        assertThat(API.post(PATH, Map.of("url", URL)).text("tenant")).isEqualTo(TENANT);
        assertThat(API.post(PATH, Map.of("url", URL, "tenant", TENANT.toUpperCase())).text("tenant")).isEqualTo(TENANT);
        var admin = RUNNING.admin().post(PATH, Map.of("url", URL, "tenant", "MixedCase" + TENANT));
        assertThat(admin.text("tenant")).isEqualTo("mixedcase" + TENANT);
        var global = RUNNING.admin().post(PATH, Map.of("url", URL));
        assertThat(global.json().get("tenant").isNull()).isTrue();
        RUNNING.admin().delete(global.header("location"));
    }

    @Test
    void putAndPatchFollowTheSameRules() {
        String path = API.post(PATH, Map.of("url", URL)).header("location");

        for (String body : new String[]{"{\"url\":\"http://10.0.0.1/\"}", "{\"url\":\"" + URL + "\",\"tenant\":\"b\"}",
                "{\"url\":\"" + URL + "\",\"colour\":1}", "{\"url\":\"" + URL + "\",\"secret\":\"x\"}",
                "{\"url\":\"" + URL + "\",\"max_in_flight\":0}"}) {
            assertThat(API.put(path, body).status()).as(body).isEqualTo(400);
            assertThat(API.patch(path, body).status()).as(body).isEqualTo(400);
        }
        assertThat(API.put(path, "{}").wrongFields()).containsExactly("url");
        assertThat(API.get(path).header("etag")).isEqualTo("\"1\"");
    }
}
