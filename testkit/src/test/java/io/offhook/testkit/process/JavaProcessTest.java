package io.offhook.testkit.process;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class JavaProcessTest {
    private static final Duration LIMIT = Duration.ofSeconds(120);

    private final int port = FreePort.find();
    private final URI url = URI.create("http://127.0.0.1:" + port + "/");

    @TempDir
    Path directory;

    @Test
    void aChildIsWaitedForFrozenThawedAndEndedInOrder() throws IOException {
        try (JavaProcess child = chatterbox("soup").addJvmOptions("-Dflavour=salt").start()) {
            assertThat(child.waitForLine(Pattern.compile("^serving"), LIMIT)).isEqualTo("serving soup with salt");
            child.waitForHttpOk(url, LIMIT);
            assertThat(status(5000)).isEqualTo(200);

            child.sigstop();
            assertThatThrownBy(() -> status(200)).isInstanceOf(SocketTimeoutException.class);
            child.sigcont();
            assertThat(status(5000)).isEqualTo(200);

            assertThat(child.exitCode()).isEmpty();
            // 143 = 128 + SIGTERM, what a JVM exits with after its shutdown hooks.
            assertThat(child.sigterm(LIMIT)).isEqualTo(143);
            assertThat(child.outputText()).contains("goodbye");
        }
    }

    @Test
    void aKilledChildSaysNoGoodbyeAndDiesWhileFrozen() {
        JavaProcess child = chatterbox("soup").start();
        child.waitForHttpOk(url, LIMIT);
        child.sigstop();
        child.sigkill();
        assertThat(child.isAlive()).isFalse();
        assertThat(child.exitCode()).hasValue(137);
        assertThat(child.outputText()).doesNotContain("goodbye");
        assertThatThrownBy(() -> status(200)).isInstanceOf(IOException.class);
    }

    @Test
    void waitingForAChildThatFailsEndsAtOnceAndShowsItsOutput() {
        try (JavaProcess child = chatterbox("fail").start()) {
            assertThatIllegalStateException().isThrownBy(() -> child.waitForLine(Pattern.compile("never"), LIMIT))
                    .withMessageContaining("exit code 3").withMessageContaining("out of order");
        }
    }

    @Test
    void waitingHasALimit() {
        try (JavaProcess child = chatterbox("soup").start()) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> child.waitForLine(Pattern.compile("never"), Duration.ofMillis(100)))
                    .withMessageContaining("within PT0.1S");
        }
    }

    @Test
    void aJarThatIsNotBuiltIsNamed() {
        assertThatIllegalArgumentException().isThrownBy(() -> JavaCommand.jar(directory.resolve("missing.jar")))
                .withMessageContaining("missing.jar");
    }

    private JavaCommand chatterbox(String argument) {
        return JavaCommand.mainClass(Chatterbox.class).arguments(argument)
                .environment("CHATTERBOX_PORT", String.valueOf(port)).outputFile(directory.resolve("out.log"));
    }

    private int status(int timeoutMillis) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
        connection.setReadTimeout(timeoutMillis);
        connection.setConnectTimeout(timeoutMillis);
        try {
            return connection.getResponseCode();
        } finally {
            connection.disconnect();
        }
    }
}
