package io.offhook.ingestor.cdr;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.micrometer.core.instrument.MeterRegistry;
import io.offhook.ingestor.IngestorApplication;
import io.offhook.runtime.ServiceLauncher;
import io.offhook.runtime.StartFailure;
import io.offhook.testkit.freeswitch.Captures;
import io.offhook.testkit.kafka.EmbeddedKafka;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** The running ingestor takes what a real FreeSWITCH sent, byte by byte. */
class CdrControllerTest {

    private static final String AUTHORIZED = "Authorization: Basic Y2RydXNlcjpjZHJwYXNz\r\n";
    private static final String JSON = AUTHORIZED + "Content-Type: application/json\r\n";
    private static final String PREFIX = "c" + UUID.randomUUID().toString().substring(0, 8) + ".";
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static EmbeddedKafka kafka;
    private static ConfigurableApplicationContext ingestor;

    @TempDir
    private static Path folder;

    @BeforeAll
    static void start() throws Exception {
        kafka = EmbeddedKafka.temporary().start();
        Path password = Files.writeString(folder.resolve("password"), "cdrpass\nsecond line\n");
        ingestor = ingestor(kafka.bootstrapServers(), Map.of("offhook.cdr.username", "cdruser",
                "offhook.cdr.password-file", password.toString(), "offhook.cdr.answer-within", "20s"));
        await().atMost(PATIENCE).until(() -> post(JSON, Cdrs.small("first")).status() == 200);
    }

    @AfterAll
    static void stop() {
        ingestor.close();
        kafka.close();
    }

    @Test
    void eachCapturedRequestIsKeptOnceAsItsOwnJsonOrRefused() throws Exception {
        var sent = new HashMap<String, byte[]>();
        var seen = new HashSet<String>();
        double duplicates = count("duplicate");
        for (String file : Cdrs.requests()) {
            RawHttp.Answer answer = RawHttp.send(port(ingestor), RawHttp.closing(Captures.bytes(file)));
            if (file.startsWith("c01") || file.startsWith("c09")) {
                assertThat(answer.status()).as(file).isEqualTo(415);
                assertThat(answer.text()).contains("application/problem+json", "encode=false");
            } else {
                assertThat(answer.status()).as("%s: %s", file, answer.text()).isEqualTo(200);
                byte[] json = CdrBody.json(Cdrs.contentType(file), Cdrs.body(file));
                sent.put(new CdrReader(Cdrs.TENANTS).read(json).uuid(), json);
                seen.add(file);
            }
        }

        assertThat(count("duplicate") - duplicates).isEqualTo(seen.size() - sent.size()).isEqualTo(3);
        List<ConsumerRecord<byte[], byte[]>> kept = kept().stream().filter(r -> sent.containsKey(key(r))).toList();
        assertThat(kept).hasSize(sent.size()).allSatisfy(entry -> {
            assertThat(entry.value()).isEqualTo(sent.get(key(entry)));
            assertThat(new String(entry.headers().lastHeader(CdrTopic.CORE_HEADER).value(), StandardCharsets.UTF_8))
                    .hasSize(36);
        });
    }

    @Test
    void wrongCredentialsAreRefusedWhateverTheBody() throws Exception {
        for (String header : List.of("", "Authorization: Basic Y2RydXNlcjp3cm9uZw==\r\n",
                "Authorization: Bearer x\r\n")) {
            RawHttp.Answer answer = post(header, Cdrs.small("never"));
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.text()).contains("WWW-Authenticate: Basic realm=");
        }
        assertThat(kept()).noneMatch(entry -> key(entry).equals("never"));
    }

    @Test
    void theFieldThatIsMissingIsNamed() throws Exception {
        RawHttp.Answer answer = post(JSON, Cdrs.small("u1").replace("end_uepoch", "x"));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("application/problem+json", "variables.end_uepoch: missing");
    }

    @Test
    void aBodyBeyondTheBoundIsRefusedAndOneBelowItIsTaken() throws Exception {
        String big = Cdrs.small("big", "\"x\":\"" + "y".repeat(1_000_000) + "\"");

        assertThat(post(JSON, big).status()).isEqualTo(200);
        assertThat(post(JSON, big.replace("yyy", "yyyy")).status()).isEqualTo(413);
        assertThat(RawHttp.send(port(ingestor), chunked("z".repeat(1_048_577))).status()).isEqualTo(413);
    }

    @Test
    void aCdrOfALaterLegWithTheSameUuidIsNoDuplicate() throws Exception {
        assertThat(post(JSON, Cdrs.small("again")).status()).isEqualTo(200);
        assertThat(post(JSON, Cdrs.small("again")).status()).isEqualTo(200);
        assertThat(post(JSON, Cdrs.small("again").replace("1795378919550999", "1795378920000000")).status())
                .isEqualTo(200);

        assertThat(kept()).filteredOn(entry -> key(entry).equals("again")).hasSize(2);
    }

    @Test
    void withoutCredentialsThereIsNoSuchPath() throws Exception {
        try (var closed = ingestor(kafka.bootstrapServers(), Map.of())) {
            assertThat(RawHttp.send(port(closed), RawHttp.post(JSON, Cdrs.utf8(Cdrs.small("x")))).status())
                    .isEqualTo(404);
        }
    }

    @Test
    void whileKafkaIsAwayFreeSwitchIsToldToTryAgainAndThenHeard() throws Exception {
        try (var other = EmbeddedKafka.temporary().start();
                var waiting = ingestor(other.bootstrapServers(),
                        Map.of("offhook.cdr.username", "cdruser", "offhook.cdr.password", "cdrpass",
                                "offhook.cdr.answer-within", "200ms"))) {
            byte[] request = RawHttp.post(JSON, Cdrs.utf8(Cdrs.small("late")));
            await().atMost(PATIENCE).until(() -> RawHttp.send(port(waiting), request).status() == 200);
            byte[] another = RawHttp.post(JSON, Cdrs.utf8(Cdrs.small("later")));
            other.stop();

            RawHttp.Answer answer = RawHttp.send(port(waiting), another);
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.text()).contains("Retry-After: 1");
            assertThat(RawHttp.send(port(waiting), request).status()).as("known as kept").isEqualTo(200);
            other.start();
            await().atMost(PATIENCE).until(() -> RawHttp.send(port(waiting), another).status() == 200);
        }
    }

    @Test
    void halfAPairOfCredentialsStopsTheStartWithALine() {
        assertThatThrownBy(() -> ingestor(kafka.bootstrapServers(), Map.of("offhook.cdr.username", "cdruser")))
                .satisfies(e -> assertThat(StartFailure.explain(e).orElseThrow())
                        .startsWith("OFFHOOK_CDR_PASSWORD: (not shown) (expected: "));
        assertThatThrownBy(() -> ingestor(kafka.bootstrapServers(), Map.of("offhook.cdr.password", "p")))
                .satisfies(e -> assertThat(StartFailure.explain(e).orElseThrow())
                        .startsWith("OFFHOOK_CDR_USERNAME: \"\" (expected: "));
        assertThatThrownBy(() -> ingestor(kafka.bootstrapServers(),
                Map.of("offhook.cdr.username", "u", "offhook.cdr.password-file", "/no/such/file")))
                .satisfies(e -> assertThat(StartFailure.explain(e)).contains(
                        "OFFHOOK_CDR_PASSWORD_FILE: \"/no/such/file\" (expected: a readable file)"));
        assertThatThrownBy(() -> ingestor(kafka.bootstrapServers(), Map.of("offhook.cdr.hold", "-1s")))
                .satisfies(e -> assertThat(StartFailure.explain(e).orElseThrow()).startsWith("OFFHOOK_CDR_HOLD: "));
    }

    private static byte[] chunked(String body) {
        return ("POST /cdr HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n" + JSON + "\r\n"
                + Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n").getBytes(
                        StandardCharsets.ISO_8859_1);
    }

    private static RawHttp.Answer post(String headers, String json) throws Exception {
        return RawHttp.send(port(ingestor), RawHttp.post(headers, Cdrs.utf8(json)));
    }

    private static double count(String result) {
        return ingestor.getBean(MeterRegistry.class).counter("offhook.ingestor.cdrs", "result", result).count();
    }

    private static ConfigurableApplicationContext ingestor(String servers, Map<String, Object> more) {
        Map<String, Object> properties = new HashMap<>(Map.of("server.port", "0", "spring.kafka.bootstrap-servers",
                servers, "offhook.topic.prefix", PREFIX, "offhook.topic.partitions", "3", "offhook.freeswitch.nodes",
                "",
                "offhook.log.dir", folder.toString()));
        properties.putAll(more);
        return new ServiceLauncher(IngestorApplication.NAME, IngestorApplication.class).start(properties);
    }

    private static int port(ConfigurableApplicationContext context) {
        return ((WebServerApplicationContext) context).getWebServer().getPort();
    }

    private static String key(ConsumerRecord<byte[], byte[]> entry) {
        return new String(entry.key(), StandardCharsets.UTF_8);
    }

    private static List<ConsumerRecord<byte[], byte[]>> kept() {
        Map<String, Object> properties = Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.bootstrapServers(),
                ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class,
                ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        try (var consumer = new KafkaConsumer<byte[], byte[]>(properties)) {
            List<TopicPartition> partitions = consumer.partitionsFor(PREFIX + "call.cdrs").stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition())).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
            return records;
        }
    }
}
