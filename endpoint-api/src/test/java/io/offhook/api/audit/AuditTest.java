package io.offhook.api.audit;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.offhook.api.ApiClient;
import io.offhook.api.RunningApi;
import io.offhook.model.CallAction;
import io.offhook.testkit.kafka.EmbeddedKafka;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static io.offhook.api.audit.EventLog.event;
import static java.net.http.HttpRequest.BodyPublishers.noBody;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class AuditTest {

    private static final String PATH = "/api/v1/events";
    private static final JsonMapper JSON = new JsonMapper();

    private static EmbeddedKafka kafka;
    private static RunningApi api;
    private static EventLog topic;

    private final Instant begin = EventLog.between();

    @BeforeAll
    static void start() {
        kafka = EmbeddedKafka.temporary().start();
        api = RunningApi.start(RunningApi.shared().postgres().createDatabase("audit"), Map.of(
                "spring.kafka.bootstrap-servers", kafka.bootstrapServers(), "offhook.topic.partitions", 4,
                "offhook.api.audit.max-reads", 3, "offhook.api.audit.stall-timeout", "2s",
                "offhook.api.audit.kafka-timeout", "2s", "offhook.api.audit.idle-interval", "200ms"));
        // Once its API has made the topic.
        await().atMost(Duration.ofSeconds(20))
                .until(() -> api.admin().get(PATH + "?from=" + Instant.now()).status() == 200);
        topic = new EventLog(kafka);
    }

    @AfterAll
    static void stop() {
        topic.close();
        api.close();
        kafka.close();
    }

    @Test
    void aRecordIsALineWithAllThatIsInIt() {
        var at = topic.publish(event("whole", CallAction.HANGUP, "whole.example")).getFirst();

        var answer = api.admin().get(PATH + "?uuid=whole&from=" + begin);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).startsWith("application/x-ndjson");
        assertThat(answer.response().body()).endsWith("}\n");
        List<JsonNode> lines = lines(answer);
        assertThat(lines).hasSize(1);
        JsonNode line = lines.getFirst();
        assertThat(line.propertyNames()).containsExactly("topic", "partition", "offset", "append_time", "duplicate",
                "key", "headers", "body");
        assertThat(line.get("topic").asString()).isEqualTo(EventLog.TOPIC);
        assertThat(line.get("partition").intValue()).isEqualTo(at.partition());
        assertThat(line.get("offset").longValue()).isEqualTo(at.offset());
        assertThat(Instant.parse(line.get("append_time").asString()).toEpochMilli()).isEqualTo(at.timestamp());
        assertThat(line.get("duplicate").booleanValue()).isFalse();
        assertThat(line.get("key").asString()).isEqualTo("whole");
        assertThat(line.at("/headers/ce_id").asString()).isEqualTo("whole_hangup");
        assertThat(line.at("/headers/content-type").asString()).isEqualTo("application/json");
        assertThat(answer.response().body()).contains("\"body\":" + new String(
                event("whole", CallAction.HANGUP, "whole.example").body(), StandardCharsets.UTF_8));
    }

    @Test
    void timesLegActionAndTenantNarrowItAndALegIsInItsOrder() {
        IntStream.range(0, 10).forEach(i -> topic.publishLeg("first-" + i, "first.example"));
        Instant middle = EventLog.between();
        IntStream.range(0, 5).forEach(i -> topic.publishLeg("second-" + i, "second.example"));
        Instant end = EventLog.between();

        assertThat(ids("from=" + begin + "&to=" + middle)).hasSize(30).allMatch(id -> id.startsWith("first-"));
        assertThat(ids("from=" + middle + "&to=" + end)).hasSize(15).allMatch(id -> id.startsWith("second-"));
        assertThat(ids("from=" + begin)).hasSize(45);
        assertThat(ids("from=" + begin + "&uuid=second-3")).containsExactly("second-3_originate", "second-3_answer",
                "second-3_hangup");
        assertThat(ids("from=" + begin + "&action=answer")).hasSize(15).allMatch(id -> id.endsWith("_answer"));
        assertThat(ids("from=" + begin + "&tenant=SECOND.example")).hasSize(15);
        assertThat(ids("from=" + begin + "&uuid=nobody")).isEmpty();
        assertThat(ids("from=" + end)).isEmpty();
        assertThat(ids("from=" + begin.minusSeconds(3600) + "&to=" + begin.minusSeconds(1800))).isEmpty();
        assertThat(ids("from=9999-12-31T23:59:59Z")).isEmpty();
        assertThat(ids("from=0000-01-01T00:00:00Z&to=" + end)).hasSizeGreaterThanOrEqualTo(45);
        assertThat(api.admin().send("HEAD", PATH + "?from=" + begin, noBody()).status()).isEqualTo(200);
    }

    @Test
    void aLaterRecordWithAnIdIsMarkedAlsoWhenTheFirstLiesJustBeforeTheRange() {
        topic.publish(event("twice", CallAction.ORIGINATE, "twice.example"));
        Instant middle = EventLog.between();
        topic.publish(event("twice", CallAction.ORIGINATE, "twice.example"),
                event("twice", CallAction.ANSWER, "twice.example"), event("twice", CallAction.ANSWER, "twice.example"));

        assertThat(duplicates("from=" + begin + "&uuid=twice")).containsExactly(false, true, false, true);
        assertThat(duplicates("from=" + middle + "&uuid=twice")).containsExactly(true, false, true);
    }

    @Test
    void aTenantsKeySeesItsTenantAlone() {
        topic.publishLeg("mine", "mine.example");
        topic.publishLeg("theirs", "theirs.example");
        topic.publishLeg("nobodys", null);
        ApiClient tenant = api.tenant("mine.example", "read");

        assertThat(lines(tenant.get(PATH + "?from=" + begin))).hasSize(3)
                .allMatch(line -> line.at("/headers/ce_tenant").asString().equals("mine.example"));
        assertThat(lines(tenant.get(PATH + "?tenant=Mine.example&from=" + begin))).hasSize(3);
        assertThat(lines(tenant.get(PATH + "?tenant=theirs.example&from=" + begin))).isEmpty();
        assertThat(lines(tenant.get(PATH + "?uuid=theirs&from=" + begin))).isEmpty();
        assertThat(lines(tenant.get(PATH + "?uuid=nobodys&from=" + begin))).isEmpty();
        assertThat(api.admin().withoutKey().get(PATH + "?from=" + begin).status()).isEqualTo(401);
        assertThat(api.tenant("mine.example", "write").get(PATH + "?from=" + begin).status()).isEqualTo(403);
    }

    @Test
    void somebodyElsesRecordIsShownWithoutBreakingTheLines() {
        topic.publishForeign("foreign", "no { JSON\n");
        topic.publishForeign("foreign", "{\n  \"a\": [1.50, \"\\n\"]\r\n}");
        topic.publishForeign("foreign", "1 2");

        var answer = api.admin().get(PATH + "?uuid=foreign&from=" + begin);
        List<JsonNode> lines = lines(answer);

        assertThat(lines).hasSize(3).noneMatch(line -> line.get("duplicate").booleanValue());
        assertThat(lines.getFirst().get("body").isNull()).isTrue();
        assertThat(Base64.getDecoder().decode(lines.getFirst().get("body_base64").asString()))
                .isEqualTo("no { JSON\n".getBytes(StandardCharsets.UTF_8));
        assertThat(answer.response().body()).contains("\"a\": [1.50, \"\\n\"]");
        assertThat(lines.get(2).has("body_base64")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "from=yesterday", "from=2026-01-31",
            "from=2026-01-31T12:00:00Z&to=2026-01-31T12:00:00Z",
            "from=2026-01-31T12:00:00Z&action=ring", "from=2026-01-31T12:00:00Z&limit=7",
            "from=2026-01-31T12:00:00Z&uuid=%00", "from=2026-01-31T12:00:00Z&from=2026-01-31T12:00:00Z"})
    void aWrongParameterIsNamed(String query) {
        var answer = api.admin().get(PATH + "?" + query);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
        assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
        assertThat(answer.wrongFields()).hasSize(1);
    }

    @Test
    void readsAreLimitedAndAClientThatGoesGivesItsPlaceBack() throws IOException {
        fill();
        var tenant = api.tenant("fill.example", "read");
        var clients = new ArrayList<Socket>();
        for (int i = 0; i < 3; i++) {
            // One who begins to read and then takes nothing.
            clients.add(slowClient(begin));
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> reads() == 3);
        var refused = tenant.get(PATH + "?from=" + begin);
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.header("retry-after")).isNotNull();
        assertThat(refused.text("detail")).contains("at most 3");

        for (Socket client : clients) {
            client.close();
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> reads() == 0);
        assertThat(lines(tenant.get(PATH + "?from=" + begin + "&uuid=fill-7"))).hasSize(1);
    }

    @Test
    void withoutKafkaItIsRefusedInSecondsAndWhatHasBegunIsCutShort() throws IOException {
        fill();
        try (Socket client = slowClient(begin)) {
            kafka.stop();
            Instant start = Instant.now();
            var refused = api.admin().get(PATH + "?from=" + begin);
            assertThat(refused.status()).as(refused.toString()).isEqualTo(503);
            assertThat(refused.header("content-type")).isEqualTo("application/problem+json");
            assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(6));

            String all = new String(readToEnd(client.getInputStream()), StandardCharsets.UTF_8);
            assertThat(all).contains("\"fill-");
            assertThat(all).as("the last chunk, which says that all is there").doesNotEndWith("\r\n0\r\n\r\n");
            await().atMost(Duration.ofSeconds(30)).until(() -> reads() == 0);
        } finally {
            kafka.start();
        }
        await().atMost(Duration.ofSeconds(20))
                .until(() -> api.admin().get(PATH + "?uuid=x&from=" + begin).status() == 200);
    }

    /** More than sockets and buffers between the API and a client hold. */
    private static void fill() {
        topic.publish(IntStream.range(0, 15_000).mapToObj(i -> event("fill-" + i, CallAction.HANGUP, "fill.example")));
    }

    private static Socket slowClient(Instant from) throws IOException {
        var socket = new Socket();
        socket.setReceiveBufferSize(4 * 1024);
        socket.setSoTimeout(20_000);
        socket.connect(new InetSocketAddress("localhost", api.port()));
        socket.getOutputStream()
                .write(("GET " + PATH + "?from=" + from + " HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer "
                        + RunningApi.ADMIN_KEY + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        byte[] head = socket.getInputStream().readNBytes(1_000);
        assertThat(new String(head, StandardCharsets.UTF_8)).startsWith("HTTP/1.1 200");
        return socket;
    }

    private static byte[] readToEnd(InputStream in) throws IOException {
        var tail = new byte[64 * 1024];
        int length = 0;
        try {
            for (int read; (read = in.read(tail, length, tail.length - length)) >= 0;) {
                length += read;
                if (length > tail.length / 2) {
                    System.arraycopy(tail, length - 1_000, tail, 0, 1_000);
                    length = 1_000;
                }
            }
        } catch (IOException e) {
            // Cut by a reset, which says it as well.
            assertThat(e.getMessage()).contains("reset");
        }
        return Arrays.copyOf(tail, length);
    }

    private static double reads() {
        return api.admin().get("/actuator/prometheus").response().body().lines()
                .filter(line -> line.startsWith("offhook_api_audit_reads ")).mapToDouble(line -> Double.parseDouble(
                        line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private static List<String> ids(String query) {
        return lines(api.admin().get(PATH + "?" + query)).stream().map(line -> line.at("/headers/ce_id").asString())
                .toList();
    }

    private static List<Boolean> duplicates(String query) {
        return lines(api.admin().get(PATH + "?" + query)).stream().map(line -> line.get("duplicate").booleanValue())
                .toList();
    }

    private static List<JsonNode> lines(ApiClient.Answer answer) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        return answer.response().body().lines().filter(line -> !line.isEmpty()).map(JSON::readTree).toList();
    }
}
