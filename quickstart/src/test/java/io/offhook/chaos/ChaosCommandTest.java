package io.offhook.chaos;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ChaosCommandTest {

    @TempDir
    private Path directory;
    private String jar;

    @BeforeEach
    void aJar() throws Exception {
        jar = Files.createFile(directory.resolve("service.jar")).toString();
    }

    private ChaosCommand.Options parse(String... arguments) {
        return ChaosCommand.parse(Stream.concat(Stream.of("--ingestor", jar, "--dispatcher", jar),
                Stream.of(arguments)).toArray(String[]::new));
    }

    @Test
    void runsAllScenariosUnlessOneIsNamed() {
        assertThat(parse().scenarios()).containsExactly(Scenario.values());
        assertThat(parse("--scenario", "kafka-away").scenarios()).containsExactly(Scenario.KAFKA_AWAY);
    }

    @Test
    void endsAfterAQuarterOfAnHourInWhichAReceiverIsDownForTenMinutes() {
        assertThat(parse().minutes()).isEqualTo(15);
        assertThat(Severity.in(Duration.ofMinutes(15))).returns(Duration.ofMinutes(10), Severity::receiverDown)
                .returns(Duration.ofMinutes(2), Severity::postgresAway)
                .returns(Duration.ofSeconds(20), Severity::betweenKills);
        assertThat(Severity.in(Duration.ofMinutes(60))).isEqualTo(Severity.in(Duration.ofMinutes(15)));
        assertThat(Severity.in(Duration.ofMinutes(3)).receiverDown()).isEqualTo(Duration.ofSeconds(90));
    }

    @Test
    void takesTheSeedThatAFailedRunNames() {
        assertThat(parse("--seed", "42", "--minutes", "3"))
                .returns(42L, ChaosCommand.Options::seed).returns(3, ChaosCommand.Options::minutes);
    }

    @Test
    void refusesWhatItDoesNotUnderstandNamingWhatIsAllowed() {
        refuses("--scenario: rain (expected: one of receiver-down, ", "--scenario", "rain");
        refuses("--minutes: 0 (expected: a whole number from 1 to 1440)", "--minutes", "0");
        refuses("--seed: x (expected: a whole number from 1 to 2147483647)", "--seed", "x");
        refuses("option: --speed (expected: --minutes, ", "--speed", "9");
        refuses("--minutes: no value", "--minutes");
        refuses("--ingestor: nowhere.jar (expected: the service's runnable jar)", "--ingestor", "nowhere.jar");
        refuses("--dispatcher: nowhere.jar (expected: ", "--ingestor", jar, "--dispatcher", "nowhere.jar");
    }

    private static void refuses(String message, String... arguments) {
        assertThatIllegalArgumentException().isThrownBy(() -> ChaosCommand.parse(arguments))
                .withMessageStartingWith(message);
    }
}
