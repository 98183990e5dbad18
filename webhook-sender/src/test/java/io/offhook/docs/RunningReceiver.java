package io.offhook.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.offhook.testkit.process.FreePort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A receiver of the guide as a process of its own. It prints "taken" and the webhook's id for each that it takes. */
final class RunningReceiver implements AutoCloseable {

    /** Far longer than any runtime takes to start, so that a hanging one fails the test instead of the build. */
    private static final Duration LIMIT = Duration.ofSeconds(120);

    private final Process process;
    private final Path output;
    private final int port;

    private RunningReceiver(Process process, Path output, int port) {
        this.process = process;
        this.output = output;
        this.port = port;
    }

    /** Starts it; it may end by itself. */
    static RunningReceiver start(List<String> command, Path directory, String secret) {
        try {
            int port = FreePort.find();
            Path output = Files.createTempFile(directory, "receiver", ".log");
            var builder = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().put("PORT", Integer.toString(port));
            builder.environment().put("WEBHOOK_SECRET", secret);
            Process process = builder.start();
            // A test run that is broken off leaves no receiver behind.
            Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
            return new RunningReceiver(process, output, port);
        } catch (IOException e) {
            // Without the runtime there is no test; the message names it.
            throw new UncheckedIOException(e);
        }
    }

    RunningReceiver listening() {
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(20)).until(() -> {
            assertThat(process.isAlive()).as(() -> "ended: " + output()).isTrue();
            return accepts();
        });
        return this;
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + port + "/hooks");
    }

    /** The ids that it took, in their order. */
    List<String> taken() {
        return output().lines().filter(line -> line.startsWith("taken ")).map(line -> line.substring(6).strip())
                .toList();
    }

    String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            // What the receiver did cannot be judged without it.
            throw new UncheckedIOException(e);
        }
    }

    int exitCode() throws InterruptedException {
        assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).as("ended by itself").isTrue();
        return process.exitValue();
    }

    private boolean accepts() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            // Not yet.
            return false;
        }
    }

    /** In its orderly way first, in which a runtime removes its temporary files. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            // The test is broken off: no time for order.
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
