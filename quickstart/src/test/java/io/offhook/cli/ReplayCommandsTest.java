package io.offhook.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.offhook.testkit.process.JavaCommand;
import io.offhook.testkit.process.JavaProcess;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A replay as its user follows it, against a server that tells its course as the API does. */
class ReplayCommandsTest {

    private static final Duration LIMIT = Duration.ofSeconds(120);

    @TempDir
    private Path directory;

    private final Deque<String> course = new ArrayDeque<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/api/v1/replays", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    /** The next of the course; the last one stays. */
    private synchronized void answer(HttpExchange exchange) throws IOException {
        requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        String told = course.size() > 1 ? course.poll() : course.peek();
        boolean away = told.equals("away");
        byte[] body = (away
                ? "{\"type\":\"about:blank\",\"status\":503,\"detail\":\"the database cannot serve now\"}"
                : "{\"id\":\"r1\"," + told + "}").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("content-type",
                away ? "application/problem+json" : "application/json");
        exchange.sendResponseHeaders(away ? 503 : exchange.getRequestMethod().equals("POST") ? 202 : 200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private JavaProcess replay() {
        return JavaCommand.mainClass(CommandLineClient.class)
                .environment("OFFHOOK_API_URL", "http://localhost:" + server.getAddress().getPort())
                .environment("OFFHOOK_API_KEY", "any").outputFile(directory.resolve("out"))
                .arguments("replay", "--endpoint", "e1", "--from", "2026-01-31T12:00:00Z", "--action", "hangup")
                .start();
    }

    @Test
    void itsProgressIsShownToItsEnd() {
        course.addAll(List.of("\"status\":\"pending\",\"progress\":0",
                "\"status\":\"running\",\"progress\":0.5,\"matched\":4",
                "away", "\"status\":\"completed\",\"progress\":1,\"matched\":8,\"delivered\":7,\"failed\":1"));
        try (JavaProcess replay = replay()) {
            assertThat(replay.waitForExit(LIMIT)).isZero();
            assertThat(replay.outputText()).contains("replay r1: running, 50 %, 4 matched",
                    "replay r1: completed, 100 %, 8 matched, 7 delivered, 1 failed").doesNotContain("goes on");
        }
        assertThat(requests.getFirst()).isEqualTo("POST /api/v1/replays {\"endpoint_id\":\"e1\","
                + "\"from\":\"2026-01-31T12:00:00Z\",\"action\":\"hangup\"}");
        assertThat(requests.get(1)).startsWith("GET /api/v1/replays/r1");
    }

    @Test
    void oneThatFailedEndsWithOne() {
        course.add("\"status\":\"failed\",\"progress\":0.2");
        try (JavaProcess replay = replay()) {
            assertThat(replay.waitForExit(LIMIT)).isEqualTo(1);
        }
    }

    @Test
    void anInterruptionLeavesItRunningAndSaysSo() {
        course.add("\"status\":\"running\",\"progress\":0.1");
        try (JavaProcess replay = replay()) {
            replay.waitForLine(Pattern.compile("running, 10 %"), LIMIT);

            // SIGTERM and not that of Ctrl-C, which a build in the background ignores, and so do its children.
            assertThat(replay.sigterm(LIMIT)).isEqualTo(143);
            assertThat(replay.outputText()).contains("replay r1 goes on; see it with: offhook replay show r1");
        }
        assertThat(requests).noneMatch(request -> request.startsWith("DELETE"));
    }
}
