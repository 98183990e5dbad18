package io.offhook.testkit.freeswitch;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SimulateCommandTest {

    @Test
    void optionsAreTakenAndHaveDefaults() {
        SimulateCommand.Settings settings = SimulateCommand.parse("--port", "0", "--rate", "2.5", "--password",
                "secret",
                "--heartbeat", "0.5");
        assertThat(settings.switchOptions().port()).isZero();
        assertThat(settings.switchOptions().password()).isEqualTo("secret");
        assertThat(settings.switchOptions().heartbeat()).isEqualTo(Duration.ofMillis(500));
        assertThat(settings.load().callsPerSecond()).isEqualTo(2.5);
        assertThat(SimulateCommand.parse().switchOptions().port()).isEqualTo(8021);
        assertThat(SimulateCommand.parse("--rate", "0").load()).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --port 70000    | --port: 70000 (expected: whole number 0 to 65535)
            --port 80.5     | --port: 80.5 (expected: whole number 0 to 65535)
            --rate fast     | --rate: fast (expected: 0 to 10000)
            --rate NaN      | --rate: NaN (expected: 0 to 10000)
            --heartbeat 0   | --heartbeat: 0 (expected: 0.1 to 3600)
            --password      | --password: no value
            --pot 1         | option: --pot (expected: --port, --bind, --rate, --password, --heartbeat, --seed)
            """)
    void aWrongOptionIsOneClearLine(String arguments, String message) {
        assertThatThrownBy(() -> SimulateCommand.parse(arguments.split(" "))).hasMessage(message);
    }

    @Test
    void runsAsAProcessAndStopsOnASignal() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), SimulateCommand.class.getName(), "--port", "0", "--rate", "20")
                .redirectErrorStream(true).start();
        try (BufferedReader out = process.inputReader()) {
            assertThat(out.readLine()).startsWith("FreeSWITCH simulated on 127.0.0.1:");
            assertThat(out.readLine()).contains(" -> ").contains(".example, ring ");
            process.toHandle().destroy(); // Process.destroy would close the output that is still to be read
            assertThat(out.lines().reduce((first, last) -> last).orElse("")).startsWith("stopped after ");
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
    }
}
