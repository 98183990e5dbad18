package io.offhook.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.offhook.testkit.process.FreePort;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

class CommandLineClientTest {

    private static RunningApi api;

    @TempDir
    private Path directory;

    @BeforeAll
    static void start() throws Exception {
        api = new RunningApi();
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private record Ended(int code, String out, String err) {

        JsonNode json() {
            return new JsonMapper().readTree(out);
        }
    }

    private static Map<String, String> environment() {
        return Map.of("OFFHOOK_API_URL", api.url(), "OFFHOOK_API_KEY", RunningApi.KEY);
    }

    private static Ended run(String... arguments) {
        return run(environment(), arguments);
    }

    private static Ended run(Map<String, String> environment, String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int code = CommandLineClient.run(environment, new Terminal(new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8), false), arguments);
        return new Ended(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** As a process of its own. */
    private Ended process(Map<String, String> environment, String... arguments) throws Exception {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"),
                CommandLineClient.class.getName()));
        command.addAll(List.of(arguments));
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        var builder = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private static String newEndpoint(String... more) {
        var arguments = new ArrayList<>(List.of("endpoints", "add", "http://127.0.0.1:9/", "--json"));
        arguments.addAll(List.of(more));
        Ended ended = run(arguments.toArray(String[]::new));
        assertThat(ended.code()).as(ended.toString()).isZero();
        return ended.json().get("id").asString();
    }

    @Test
    void anEndpointGoesThroughItsLife() {
        Ended added = run("endpoints", "add", "http://127.0.0.1:9/", "--name", "CRM", "--event", "answer,hangup",
                "--direction", "inbound", "--header", "x-team=sales");
        assertThat(added.code()).as(added.toString()).isZero();
        assertThat(added.out()).contains("name", "CRM", "answer,hangup", "whsec_");
        String id = added.out().lines().findFirst().orElseThrow().replaceFirst("id +", "");

        assertThat(run("endpoints").out().lines().findFirst().orElseThrow()).matches("ID +NAME +TENANT +HEALTH.*");
        assertThat(run("endpoints").out()).contains(id, "healthy");
        assertThat(run("endpoints", "disable", id, "--json").json().get("enabled").booleanValue()).isFalse();
        assertThat(run("endpoints", "enable", id).out()).containsPattern("enabled +true");
        assertThat(run("endpoints", "rotate-secret", id, "--grace", "0").out()).contains("whsec_");
        Ended tested = run("endpoints", "test", id, "--json");
        assertThat(tested.code()).isEqualTo(1);
        assertThat(tested.json().get("error").asString()).isEqualTo("connect_refused");
        assertThat(run("endpoints", "remove", id).code()).isZero();
        Ended gone = run("endpoints", "show", id);
        assertThat(gone.code()).isEqualTo(1);
        assertThat(gone.err()).isEqualTo("offhook: no endpoint has the id " + id + "\n");
        assertThat(gone.out()).isEmpty();
    }

    @Test
    void failuresAreFoundResentAndDiscarded() {
        String endpoint = newEndpoint();
        String a = api.exhausted(endpoint, "leg-a");
        String b = api.exhausted(endpoint, "leg-b");

        assertThat(run("failures", "--endpoint", endpoint).out()).contains(a, b, "exhausted", "http_4xx");
        assertThat(run("failures", "--uuid", "leg-a", "--json").json().get(0).get("id").asString()).isEqualTo(a);
        assertThat(run("failures", "show", a).out()).contains("payload", "{\"action\":\"hangup\"}");
        assertThat(run("resend", a).out()).contains(a, "pending");
        assertThat(run("failures", "discard", a).code()).isZero();
        assertThat(run("resend", "--endpoint", endpoint, "--status", "exhausted", "--json").json().get("resent")
                .intValue()).isOne();
        assertThat(run("failures", "--endpoint", endpoint, "--status", "pending").out()).contains(b).doesNotContain(a);
    }

    @Test
    void aLongListIsReadPageByPage() {
        String endpoint = newEndpoint();
        for (int i = 0; i < 12; i++) {
            api.exhausted(endpoint, "many-" + i);
        }
        assertThat(run("failures", "--endpoint", endpoint, "--limit", "7", "--json").json().size()).isEqualTo(7);
        assertThat(run("failures", "--endpoint", endpoint, "--json").json().size()).isEqualTo(12);
    }

    @Test
    void whatTheApiRefusesIsSaidFieldByField() {
        Ended ended = run("endpoints", "add", "ftp://127.0.0.1/", "--name", "");

        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.err()).startsWith("offhook: wrong: ").contains("\n  url: ", "\n  name: ");
        assertThat(ended.out()).isEmpty();
    }

    @Test
    void namesCannotDriveTheTerminal() {
        newEndpoint("--name", "red\u001b[31m\u202e");

        assertThat(run("endpoints", "--limit", "500").out()).contains("red\ufffd[31m\ufffd").doesNotContain("\u001b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "endpoints show", "endpoints --limit x", "resend", "resend --all --uuid x", "replay",
            "replay --endpoint x", "calls --nonsense", "nonsense"})
    void wrongArgumentsEndWithTwoAndOneLine(String line) {
        Ended ended = run(line.isEmpty() ? new String[0] : line.split(" "));

        assertThat(ended.code()).as(ended.toString()).isEqualTo(2);
        assertThat(ended.err()).startsWith("offhook: ").hasLineCount(1).contains("--help");
        assertThat(ended.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"endpoints", "endpoints add", "failures", "resend", "replay", "replay wait", "calls show"})
    void eachCommandHelps(String line) {
        Ended ended = run(Map.of(), (line + " --help").split(" "));

        assertThat(ended.code()).isZero();
        assertThat(ended.out()).startsWith("Usage: offhook " + line).contains("--json");
    }

    @Test
    void withoutAKeyThatMayItEndsWithFour() {
        var noKey = new HashMap<>(environment());
        noKey.remove("OFFHOOK_API_KEY");
        assertThat(run(noKey, "endpoints")).isEqualTo(
                new Ended(4, "", "offhook: OFFHOOK_API_KEY is not set (expected: an API key)\n"));

        var wrongKey = new HashMap<>(environment());
        wrongKey.put("OFFHOOK_API_KEY", "wrong");
        assertThat(run(wrongKey, "endpoints")).isEqualTo(
                new Ended(4, "", "offhook: the key is unknown or has expired\n"));
    }

    @Test
    void asAProcessItAnswersInJsonAlone() throws Exception {
        String id = newEndpoint("--name", "Zürich");

        Ended ended = process(environment(), "endpoints", "show", id, "--json");

        assertThat(ended.code()).as(ended.toString()).isZero();
        assertThat(ended.json().get("name").asString()).isEqualTo("Zürich");
        assertThat(ended.err()).isEmpty();
    }

    @Test
    void asAProcessItSaysThatNobodyIsThere() throws Exception {
        String nobody = "http://localhost:" + FreePort.find();

        Ended ended = process(Map.of("OFFHOOK_API_URL", nobody, "OFFHOOK_API_KEY", "any"), "failures");

        assertThat(ended.code()).isEqualTo(3);
        assertThat(ended.err()).isEqualTo("offhook: " + nobody
                + " cannot be reached; is the API running, and does OFFHOOK_API_URL say where?\n");
    }

    @Test
    void whatIsNotTheApiIsToldApart() {
        var page = new HashMap<>(environment());
        page.put("OFFHOOK_API_URL", api.url() + "/swagger-ui/index.html?");
        assertThat(run(page, "endpoints").code()).isEqualTo(2);
        page.put("OFFHOOK_API_URL", "nonsense");
        assertThat(run(page, "endpoints").err()).contains("OFFHOOK_API_URL: \"nonsense\" (expected: such as http://");
    }
}
