package io.offhook.quickstart;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

import io.offhook.testkit.process.FreePort;
import io.offhook.testkit.process.JavaCommand;
import io.offhook.testkit.process.JavaProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

class QuickstartIT {

    private static final Duration START = Duration.ofSeconds(240);
    private static final Duration STOP = Duration.ofSeconds(40);
    private static final Pattern HANGUP = Pattern.compile("  hangup  .*  signature verified$");
    /** Some of the simulated calls are busy or ring out, and those end first. */
    private static final Pattern END_OF_ANSWERED = Pattern
            .compile("^\\{.*\"answer_start_uepoch\":\\d.*\"action\":\"hangup\"}$");
    private static final Pattern KEY = Pattern.compile("API key +(\\S+)");

    @TempDir
    private Path folder;

    private final Set<Integer> ports = new LinkedHashSet<>();

    @Test
    void printsTheWebhooksOfACallSurvivesAKillAndGoesOnWithItsData() throws Exception {
        Path data = folder.resolve("kept data");
        String key;
        try (JavaProcess first = start(data)) {
            JsonNode ended = new JsonMapper().readTree(first.waitForLine(END_OF_ANSWERED, START));
            assertThat(bodies(first, "originate")).first().satisfies(body -> assertThat(body.propertyNames())
                    .containsExactly("uuid", "callee_number", "caller_id_number", "ani", "direction", "call_start",
                            "call_start_uepoch", "action"));
            for (String action : List.of("originate", "answer", "hangup")) {
                assertThat(bodies(first, action)).extracting(body -> body.path("uuid").asString())
                        .contains(ended.path("uuid").asString());
            }
            assertThat(headlines(first)).isNotEmpty().allMatch(line -> line.endsWith("  signature verified"));
            key = key(first);
            assertThat(first.outputText()).doesNotContain("WARN", "Exception", "SLF4J");

            assertThat(refusal(data)).startsWith("offhook: OFFHOOK_DATA_DIR: ")
                    .contains("another quickstart runs on this one");

            first.sigkill();
        }
        for (String secret : List.of("admin.key", "receiver.secret")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve(secret))))
                    .isEqualTo("rw-------");
        }
        try (JavaProcess second = start(data)) {
            second.waitForLine(HANGUP, START);
            assertThat(key(second)).isEqualTo(key);
            assertThat(headlines(second)).allMatch(line -> line.contains("  signature verified"));
            assertThat(second.sigterm(STOP)).isZero();
        }
    }

    @Test
    void refusesAWrongSettingInOneLine() {
        try (JavaProcess refused = command(folder, FreePort.find())
                .environment("OFFHOOK_QUICKSTART_CALLS_PER_MINUTE", "many")
                .start()) {
            assertThat(refused.waitForExit(START)).isEqualTo(1);
            assertThat(refused.outputText().strip())
                    .isEqualTo("offhook: OFFHOOK_QUICKSTART_CALLS_PER_MINUTE: \"many\" (expected: a number)");
        }
    }

    private JavaProcess start(Path data) {
        while (ports.size() < 3) {
            ports.add(FreePort.find());
        }
        return command(data, ports.toArray(Integer[]::new)).start();
    }

    /** The one line of a start that is refused. */
    private String refusal(Path data) {
        try (JavaProcess refused = start(data)) {
            assertThat(refused.waitForExit(START)).isEqualTo(1);
            return refused.outputText().strip();
        }
    }

    private JavaCommand command(Path data, Integer... free) {
        JavaCommand command = JavaCommand.jar(Path.of(System.getProperty("quickstart.jar")))
                .addJvmOptions("-Xmx512m", "--sun-misc-unsafe-memory-access=allow").workingDirectory(folder)
                .environment("OFFHOOK_DATA_DIR", data.toString())
                .environment("OFFHOOK_LOG_DIR", data.resolve("logs").toString())
                .environment("OFFHOOK_QUICKSTART_CALLS_PER_MINUTE", "60");
        List<String> services = List.of("API", "INGESTOR", "DISPATCHER");
        for (int i = 0; i < free.length; i++) {
            command.environment("OFFHOOK_QUICKSTART_" + services.get(i) + "_PORT", free[i].toString());
        }
        return command;
    }

    private static String key(JavaProcess process) {
        var found = KEY.matcher(process.waitForLine(KEY, START));
        assertThat(found.find()).isTrue();
        return found.group(1);
    }

    private static List<String> headlines(JavaProcess process) {
        return process.outputText().lines().filter(line -> line.contains("  signature ")).toList();
    }

    private static List<JsonNode> bodies(JavaProcess process, String action) {
        var json = new JsonMapper();
        return process.outputText().lines().filter(line -> line.startsWith("{") && line.endsWith("}"))
                .map(json::readTree).filter(body -> body.path("action").asString().equals(action)).toList();
    }
}
