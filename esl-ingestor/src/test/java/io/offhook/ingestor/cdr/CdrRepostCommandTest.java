package io.offhook.ingestor.cdr;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.micrometer.core.instrument.MeterRegistry;
import io.offhook.ingestor.IngestorApplication;
import io.offhook.runtime.ServiceLauncher;
import io.offhook.runtime.TopicProvisioner;
import io.offhook.testkit.freeswitch.Captures;
import io.offhook.testkit.kafka.EmbeddedKafka;
import io.offhook.testkit.receiver.Answer;
import io.offhook.testkit.receiver.WebhookReceiver;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/** Error files of a real FreeSWITCH, posted to a running ingestor, and to others that do not take them. */
class CdrRepostCommandTest {

    private static final String SPOOLED = "c06_http500.spool.daff5477-c3a0-4362-84e9-96b371382ea3.cdr.json";
    private static final String URL_ENCODED = "c09_server_down.spool.852e3556-32d2-46d6-b180-c57a1dd14931.cdr.json";
    private static final Map<String, String> CREDENTIALS = Map.of("OFFHOOK_CDR_USERNAME", "cdruser",
            "OFFHOOK_CDR_PASSWORD", "cdrpass");
    private static EmbeddedKafka kafka;
    private static ConfigurableApplicationContext ingestor;

    @TempDir
    private static Path logs;
    @TempDir
    private Path folder;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Path day;

    @BeforeAll
    static void start() throws Exception {
        kafka = EmbeddedKafka.temporary().start();
        Map<String, Object> properties = new HashMap<>(Map.of("server.port", "0", "spring.kafka.bootstrap-servers",
                kafka.bootstrapServers(), "offhook.topic.partitions", "2", "offhook.freeswitch.nodes", "",
                "offhook.log.dir", logs.toString(), "offhook.cdr.username", "cdruser", "offhook.cdr.password",
                "cdrpass", "offhook.cdr.answer-within", "20s"));
        ingestor = new ServiceLauncher(IngestorApplication.NAME, IngestorApplication.class).start(properties);
        ingestor.getBean(TopicProvisioner.class).ready().get(30, TimeUnit.SECONDS);
    }

    @AfterAll
    static void stop() {
        ingestor.close();
        kafka.close();
    }

    @BeforeEach
    void makeFolder() throws IOException {
        day = Files.createDirectories(folder.resolve("2026-11-22-20-22-15"));
    }

    @Test
    void takenFilesAreSetAsideAndOnesThatNobodyCanReadStay() throws Exception {
        write(folder.resolve("a_daff5477-c3a0-4362-84e9-96b371382ea3.cdr.json"), Captures.bytes(SPOOLED));
        byte[] recovered = Captures.bytes("recovered.20d54993-dd67-4d71-8de2-85b3017b3a44.cdr.json");
        write(day.resolve("20d54993.cdr.json"), Cdrs.utf8(Base64.getEncoder().encodeToString(recovered) + "\n"));
        write(day.resolve("852e3556.cdr.json"), Captures.bytes(URL_ENCODED));
        write(folder.resolve("torn.cdr.json"), Cdrs.utf8("{\"core-uuid\":\"14591e22"));
        write(folder.resolve("other.txt"), Cdrs.utf8("not a CDR"));
        double accepted = accepted();

        assertThat(repost(url(), CREDENTIALS)).isEqualTo(1);

        assertThat(accepted() - accepted).isEqualTo(2);
        assertThat(files()).containsExactlyInAnyOrder("posted/a_daff5477-c3a0-4362-84e9-96b371382ea3.cdr.json",
                "posted/2026-11-22-20-22-15/20d54993.cdr.json", "2026-11-22-20-22-15/852e3556.cdr.json",
                "torn.cdr.json", "other.txt");
        assertThat(text(err)).contains("left: 2026-11-22-20-22-15/852e3556.cdr.json: ", "encode=false",
                "left: torn.cdr.json: 400 ");
        assertThat(text(out)).contains("2 of 4 CDRs were taken", "2 stay");
    }

    @Test
    void aSecondRunPostsOnlyWhatIsNewAndKeepsBothFilesOfAName() throws Exception {
        write(folder.resolve("leg.cdr.json"), Cdrs.utf8(Cdrs.small("leg")));
        assertThat(repost(url(), CREDENTIALS)).isZero();
        write(folder.resolve("leg.cdr.json"), Cdrs.utf8(Cdrs.small("leg").replace("core-1", "core-2")));

        assertThat(repost(url(), CREDENTIALS)).isZero();
        assertThat(files()).containsExactlyInAnyOrder("posted/leg.cdr.json", "posted/leg.cdr.json.2");
        assertThat(text(out)).contains("1 of 1 CDRs were taken");
        assertThat(repost(url(), CREDENTIALS)).as("nothing left to do").isZero();
    }

    @Test
    void wrongCredentialsStopTheRunAtOnce() throws Exception {
        IntStream.range(0, 50).forEach(i -> write(folder.resolve(i + ".cdr.json"), Cdrs.utf8(Cdrs.small("w" + i))));

        assertThat(repost(url(), Map.of("OFFHOOK_CDR_USERNAME", "cdruser", "OFFHOOK_CDR_PASSWORD", "wrong")))
                .isEqualTo(1);
        assertThat(text(err)).contains("stopped: ", "answers 401");
        assertThat(text(err).lines().filter(line -> line.startsWith("left: "))).hasSizeLessThanOrEqualTo(4);
        assertThat(files()).hasSize(50);
    }

    @Test
    void oldestFirstAndAgainWhileTheIngestorIsUnavailable() throws Exception {
        for (int i = 0; i < 30; i++) {
            Path file = folder.resolve((30 - i) + ".cdr.json");
            write(file, Cdrs.utf8(Cdrs.small("o" + i)));
            Files.setLastModifiedTime(file, FileTime.fromMillis(1_795_378_000_000L + i * 1000L));
        }
        assertThat(ErrorFile.below(folder)).extracting(file -> file.path().getFileName().toString())
                .startsWith("30.cdr.json", "29.cdr.json").endsWith("1.cdr.json");
        Set<String> seen = ConcurrentHashMap.newKeySet();
        try (WebhookReceiver flaky = WebhookReceiver.builder()
                .otherwise(request -> seen.add(request.bodyText()) ? Answer.status(503) : Answer.ok()).start()) {
            assertThat(repost(flaky.url("/cdr").toString(), CREDENTIALS)).isZero();
        }
        assertThat(files()).hasSize(30).allMatch(file -> file.startsWith("posted/"));
    }

    @Test
    void whereNobodyAnswersTheRunEndsAndAllFilesStay() throws Exception {
        IntStream.range(0, 40).forEach(i -> write(folder.resolve(i + ".cdr.json"), Cdrs.utf8(Cdrs.small("n" + i))));

        assertThat(repost("http://127.0.0.1:1/cdr", CREDENTIALS)).isEqualTo(1);
        assertThat(text(err)).contains("stopped: ", "no connection to 127.0.0.1:1");
        assertThat(files()).hasSize(40);
    }

    @Test
    void wrongOptionsAreNamedInOneLine() throws Exception {
        assertThat(run(List.of(), CREDENTIALS)).isEqualTo(2);
        assertThat(run(List.of("/no/such"), CREDENTIALS)).isEqualTo(2);
        assertThat(run(List.of(folder.toString(), "--url"), CREDENTIALS)).isEqualTo(2);
        assertThat(run(List.of(folder.toString(), "--url", "ftp://x"), CREDENTIALS)).isEqualTo(2);
        assertThat(run(List.of(folder.toString(), "--speed"), CREDENTIALS)).isEqualTo(2);
        assertThat(run(List.of(folder.toString()), Map.of())).isEqualTo(2);
        assertThat(run(List.of(folder.toString()), Map.of("OFFHOOK_CDR_USERNAME", "u"))).isEqualTo(2);

        assertThat(text(err)).hasLineCount(7).contains("no folder given", "\"/no/such\" (expected: a folder)",
                "--url needs a value", "unknown option --speed", "OFFHOOK_CDR_USERNAME and OFFHOOK_CDR_PASSWORD");
    }

    private int repost(String url, Map<String, String> environment) throws InterruptedException {
        return run(List.of(folder.toString(), "--url", url), environment);
    }

    private int run(List<String> arguments, Map<String, String> environment) throws InterruptedException {
        return CdrRepostCommand.run(arguments, environment, Duration.ofMillis(1), new PrintStream(out, true,
                StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private static String url() {
        return "http://127.0.0.1:" + ((WebServerApplicationContext) ingestor).getWebServer().getPort() + "/cdr";
    }

    private static double accepted() {
        return ingestor.getBean(MeterRegistry.class).counter("offhook.ingestor.cdrs", "result", "accepted").count();
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).map(file -> folder.relativize(file).toString()).toList();
        }
    }

    private static void write(Path file, byte[] content) {
        try {
            Files.write(file, content);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String text(ByteArrayOutputStream stream) {
        return stream.toString(StandardCharsets.UTF_8);
    }
}
