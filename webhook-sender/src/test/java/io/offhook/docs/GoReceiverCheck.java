package io.offhook.docs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/** Run by {@code mvn verify -Pgo} alone: needs a Go on the PATH, since no Maven artifact brings one. */
class GoReceiverCheck extends ReceiverContract {

    /** The first build compiles Go's own packages. */
    private static final int BUILD_LIMIT_SECONDS = 300;

    @Override
    String language() {
        return "go";
    }

    @Override
    List<String> command(String program, Path directory) throws IOException, InterruptedException {
        Files.writeString(directory.resolve("receiver.go"), program);
        // "go run" would leave its child behind when it is killed.
        go(directory, "vet", "receiver.go");
        go(directory, "build", "-o", "receiver", "receiver.go");
        return List.of(directory.resolve("receiver").toString());
    }

    private static void go(Path directory, String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("go"));
        command.addAll(List.of(arguments));
        Path log = directory.resolve("go.log");
        Process process = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true)
                .redirectOutput(log.toFile()).start();
        assertThat(process.waitFor(BUILD_LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(log, StandardCharsets.UTF_8)).isZero();
    }
}
