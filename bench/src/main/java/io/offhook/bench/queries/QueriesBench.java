package io.offhook.bench.queries;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

import io.offhook.bench.Options;
import io.offhook.bench.Report;
import io.offhook.bench.Samples;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import io.offhook.testkit.process.DataDirectory;

/** Lists, timelines and statistics of the API over millions of rows, beside the same over thousands; and how fast rows are made. */
public final class QueriesBench {

    private final Options options;
    private final int attempts;
    private final int calls;
    private final int smallAttempts;
    private final int asked;
    private final int warmup;
    private final int events;
    private final Path root;

    private QueriesBench(Options options) {
        boolean quick = options.quick();
        this.options = options;
        attempts = options.number("attempts", quick ? 50_000 : 10_000_000);
        calls = options.number("calls", quick ? 15_000 : 3_000_000);
        smallAttempts = options.number("small", quick ? 1_000 : 10_000);
        asked = options.number("asked", quick ? 20 : 300);
        warmup = options.number("warmup", quick ? 5 : 100);
        events = options.number("events", quick ? 3_000 : 300_000);
        root = options.root();
    }

    /** @throws IllegalArgumentException for options that are none */
    public static void run(Options options) throws Exception {
        var bench = new QueriesBench(options);
        options.requireAllRead();
        DataDirectory directory = DataDirectory.temporary("offhook-bench-");
        try (var postgres = EmbeddedPostgresServer.temporary().setting("fsync", "on")
                .setting("shared_buffers", "1GB").setting("max_wal_size", "4GB").start()) {
            bench.run(postgres, directory.path());
        } finally {
            directory.deleteIfTemporary();
        }
    }

    private void run(EmbeddedPostgresServer postgres, Path directory) throws Exception {
        double rate = new ProjectionRun(root, directory, events).eventsPerSecond(postgres);
        System.out.printf("projection: %,.0f events/s%n", rate);
        int ratio = Math.max(1, attempts / smallAttempts);
        var small = new HistoryStock(postgres.createDatabase("few"), Math.max(1, calls / ratio), smallAttempts);
        var large = new HistoryStock(postgres.createDatabase("many"), calls, attempts);
        for (HistoryStock stock : List.of(small, large)) {
            long began = System.nanoTime();
            stock.fill();
            System.out.printf("%,d calls filled in %d s%n", stock.calls(),
                    TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began));
        }
        Map<String, Samples> few = measure(small, directory);
        Map<String, Samples> many = measure(large, directory);
        var report = new Report("queries", options);
        report.line("| of %,d attempts and %,d calls | p50 ms | p99 ms | p99 with %,d and %,d | times |", attempts,
                calls,
                smallAttempts, small.calls());
        report.line("|---|---|---|---|---|");
        many.forEach((name, samples) -> report.line("| %s | %.1f | %.1f | %.1f | %.1f |", name, samples.median(),
                samples.percentile(99), few.get(name).percentile(99),
                samples.percentile(99) / few.get(name).percentile(99)));
        report.line("");
        report.line(
                "Each asked %d times over HTTP, after %d times to warm up, one at a time, 50 rows an answer; %d days, %d tenants.",
                asked, warmup, HistoryStock.DAYS, HistoryStock.TENANTS);
        report.line("");
        report.line(
                "Projection: %,.0f events/s into `calls` and its statistics by one process, from %,d events in the topic.",
                rate, events);
        report.line("");
        report.line("%s", "A row takes, in the table and in its indexes: " + large.room() + ".");
        plans(postgres, large, directory);
        report.publish();
    }

    private Map<String, Samples> measure(HistoryStock stock, Path directory) throws Exception {
        try (var api = api(stock, directory)) {
            Map<String, Samples> measured = new LinkedHashMap<>();
            for (Map.Entry<String, Function<Random, String>> query : ApiQueries.all(stock).entrySet()) {
                var random = new Random(1);
                for (int i = 0; i < warmup; i++) {
                    api.ask(query.getValue().apply(random));
                }
                double[] millis = new double[asked];
                for (int i = 0; i < asked; i++) {
                    millis[i] = api.ask(query.getValue().apply(random));
                }
                measured.put(query.getKey(), new Samples(millis));
                System.out.printf("%,d calls, %s: p50 %.1f ms, p99 %.1f ms%n", stock.calls(), query.getKey(),
                        measured.get(query.getKey()).median(), measured.get(query.getKey()).percentile(99));
            }
            return measured;
        }
    }

    private ApiProcess api(HistoryStock stock, Path directory) {
        var api = new ApiProcess(root, directory, Map.of("SPRING_DATASOURCE_URL", stock.url(),
                "SPRING_KAFKA_BOOTSTRAP_SERVERS", "localhost:1", "OFFHOOK_CALLS_PROJECT", "false"));
        api.awaitReady();
        return api;
    }

    /** What PostgreSQL does for each query, as it says itself, into a file: the statements are the API's own. */
    private void plans(EmbeddedPostgresServer postgres, HistoryStock stock, Path directory) throws Exception {
        postgres.stop();
        postgres.setting("session_preload_libraries", "auto_explain").setting("auto_explain.log_min_duration", "0")
                .setting("auto_explain.log_analyze", "on").setting("auto_explain.log_timing", "off").start();
        Path log = postgres.directory().resolve("postgres.log");
        List<String> text = new ArrayList<>();
        try (var api = api(stock, directory)) {
            for (Map.Entry<String, Function<Random, String>> query : ApiQueries.all(stock).entrySet()) {
                api.ask(query.getValue().apply(new Random(1)));
                long from = Files.size(log);
                api.ask(query.getValue().apply(new Random(2)));
                text.add("== " + query.getKey());
                tail(log, from).filter(line -> !line.contains("(never executed)")).forEach(text::add);
            }
        }
        Path file = root.resolve("bench/target/query-plans.txt");
        Files.write(file, text);
        System.out.println("Plans written to " + file);
    }

    private static Stream<String> tail(Path log, long from) throws IOException {
        byte[] all = Files.readAllBytes(log);
        return new String(all, (int) from, (int) (all.length - from), StandardCharsets.UTF_8).lines();
    }
}
