package io.offhook.demo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;

/**
 * What a script asks of the demo, over HTTP on loopback: {@code GET /health}; {@code POST /calls?20} for so many calls per second,
 * {@code POST /answers?503} for what the receiver answers, {@code POST /audit?120} for the ledger, once each leg has ended and has
 * its events or so many seconds have passed: 200 when all is well, else 409.
 */
final class DemoControl implements AutoCloseable {

    private static final int SECONDS_AT_MOST = 3600;
    private static final int CALLS_AT_MOST = 1000;

    private final HttpServer server;

    /** @param healthy whether the endpoint is registered */
    DemoControl(int port, Demo demo, BooleanSupplier healthy) throws IOException {
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/health", exchange -> answer(exchange, healthy.getAsBoolean() ? 200 : 503, ""));
        server.createContext("/calls", number(0, CALLS_AT_MOST, (exchange, rate) -> {
            demo.placeCalls(rate);
            answer(exchange, 200, "");
        }));
        server.createContext("/answers", number(200, 599, (exchange, status) -> {
            demo.answerWith((int) status);
            answer(exchange, 200, "");
        }));
        server.createContext("/audit", number(0, SECONDS_AT_MOST, (exchange, seconds) -> {
            DemoLedger.Report report = demo.audit(Duration.ofSeconds((long) seconds));
            answer(exchange, report.clean() ? 200 : 409, report.toString());
        }));
        server.start();
    }

    private interface Command {
        void run(HttpExchange exchange, double number) throws IOException, InterruptedException;
    }

    private static HttpHandler number(double least, double most, Command command) {
        return exchange -> {
            String query = String.valueOf(exchange.getRequestURI().getQuery());
            try {
                double number = Double.parseDouble(query);
                if (number >= least && number <= most) {
                    command.run(exchange, number);
                    return;
                }
            } catch (NumberFormatException e) {
                // The answer below says what is allowed.
            } catch (InterruptedException e) {
                // The demo ends.
                answer(exchange, 503, "stopped\n");
                return;
            }
            answer(exchange, 400, exchange.getRequestURI() + " (expected: ?" + least + " to " + most + ")\n");
        };
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
