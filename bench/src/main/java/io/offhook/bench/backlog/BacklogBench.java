package io.offhook.bench.backlog;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

import io.offhook.bench.Histogram;
import io.offhook.bench.Options;
import io.offhook.bench.Report;
import io.offhook.bench.Samples;
import io.offhook.bench.ServiceProcess;
import io.offhook.bench.Usage;
import io.offhook.model.Topics;
import io.offhook.testkit.kafka.KafkaProcess;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import io.offhook.testkit.process.DataDirectory;
import io.offhook.testkit.process.FreePort;

/** A dispatcher with a million rows of one dead endpoint, beside the same dispatcher with a thousand. */
public final class BacklogBench {

    private static final String CLAIM = "offhook_dispatcher_claim_seconds";
    private static final String DEAD = "dead";
    private static final String DEAD_TENANT = "dead.example";
    private static final int EVENTS_OF_A_LEG = 3;
    private static final int FEED_MILLIS = 100;

    private final Options options;
    private final int rows;
    private final int small;
    private final int liveRate;
    private final int rowRate;
    private final int warmup;
    private final int measure;
    private final int drainSeconds;
    private final int deadPort = FreePort.find();
    private int fed;

    /** One stretch of time as measured. */
    private record Phase(Histogram claims, Samples live, double heap, long resident) {}

    private BacklogBench(Options options) {
        boolean quick = options.quick();
        this.options = options;
        rows = options.number("rows", quick ? 10_000 : 1_000_000);
        small = options.number("endpoints", quick ? 50 : 999);
        liveRate = options.number("live", 200);
        rowRate = options.number("retries", 100);
        warmup = options.number("warmup", quick ? 5 : 30);
        measure = options.number("measure", quick ? 5 : 60);
        drainSeconds = options.number("drain", quick ? 10 : 120);
    }

    /** @throws IllegalArgumentException for options that are none */
    public static void run(Options options) throws Exception {
        var bench = new BacklogBench(options);
        Path jar = options.root().resolve("webhook-dispatcher/target/webhook-dispatcher.jar");
        options.requireAllRead();
        DataDirectory directory = DataDirectory.temporary("offhook-bench-");
        try (KafkaProcess kafka = KafkaProcess.asShipped().start();
                var postgres = EmbeddedPostgresServer.temporary().setting("fsync", "on").start()) {
            bench.run(jar, directory.path(), kafka.bootstrapServers(), postgres);
        } finally {
            directory.deleteIfTemporary();
        }
    }

    private void run(Path jar, Path directory, String brokers, EmbeddedPostgresServer postgres) throws Exception {
        String database = postgres.jdbcUrl();
        try (var dispatcher = new ServiceProcess(jar, directory, settings(brokers, database));
                var stock = new RowStock(database);
                var load = new LiveLoad(brokers, new Topics(Topics.DEFAULT_PREFIX).callEvents(), small, liveRate);
                var receiver = new LeanReceiver(0, load::received)) {
            dispatcher.awaitReady();
            dispatcher.await("partitions",
                    () -> ServiceProcess.sum(dispatcher.metrics(), "offhook_dispatcher_partitions") > 0);
            stock.endpoint(DEAD, DEAD_TENANT, "http://127.0.0.1:" + deadPort + "/", 16);
            for (int i = 0; i < small; i++) {
                stock.endpoint("small-" + i, LiveLoad.tenant(i), "http://127.0.0.1:" + receiver.port() + "/" + i, 16);
            }
            load.start();
            stock.legs(DEAD, 1000 / EVENTS_OF_A_LEG, EVENTS_OF_A_LEG);
            Phase thousand = phase(dispatcher, stock, load);
            System.out.println("with 1,000 rows: " + row(thousand));
            long began = System.nanoTime();
            stock.legs(DEAD, (rows - 1000) / EVENTS_OF_A_LEG, EVENTS_OF_A_LEG);
            System.out.printf("%,d rows pending after %d s%n", stock.pending(),
                    TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began));
            // A backlog grows for hours. Here its rows came within minutes: what PostgreSQL owes for that is not of the time measured.
            stock.vacuum();
            postgres.checkpoint();
            Phase million = phase(dispatcher, stock, load);
            System.out.println("with all rows: " + row(million));
            drain(dispatcher, load, thousand, million);
        }
    }

    private Map<String, String> settings(String brokers, String database) {
        var settings = new HashMap<String, String>();
        settings.put("SPRING_KAFKA_BOOTSTRAP_SERVERS", brokers);
        settings.put("SPRING_DATASOURCE_URL", database);
        settings.put("OFFHOOK_EGRESS_ALLOW_CIDRS", "127.0.0.0/8");
        // A probe a second, so that the measured time has many; the rows fail by a refused connection, at once.
        settings.put("OFFHOOK_RETRY_SCHEDULE", "1s");
        return settings;
    }

    private Phase phase(ServiceProcess dispatcher, RowStock stock, LiveLoad load) throws Exception {
        feed(stock, warmup);
        Histogram before = Histogram.of(dispatcher.metrics(), CLAIM);
        load.take();
        feed(stock, measure);
        Histogram claims = Histogram.of(dispatcher.metrics(), CLAIM).since(before);
        Samples live = load.take();
        return new Phase(claims, live, dispatcher.heapMiB(), Usage.residentMiB(dispatcher.pid()));
    }

    /** Rows of small endpoints come steadily, one of each in its turn, so that each round of claims has something to do. */
    private void feed(RowStock stock, int seconds) throws SQLException, InterruptedException {
        long begin = System.nanoTime();
        long nanos = TimeUnit.SECONDS.toNanos(seconds);
        for (long rowsFed = 0; System.nanoTime() - begin < nanos;) {
            for (; rowsFed < (System.nanoTime() - begin) / 1e9 * rowRate; rowsFed++) {
                stock.legs("small-" + fed++ % small, 1, 1);
            }
            TimeUnit.MILLISECONDS.sleep(FEED_MILLIS);
        }
    }

    private void drain(ServiceProcess dispatcher, LiveLoad load, Phase thousand, Phase million) throws Exception {
        load.take();
        try (var recovered = new LeanReceiver(deadPort, _ -> {})) {
            long began = System.nanoTime();
            while (recovered.count() == 0) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
            double first = (System.nanoTime() - began) / 1e9;
            long firstAt = System.nanoTime();
            long before = recovered.count();
            long goal = rows - 1000;
            while (recovered.count() < goal && System.nanoTime() - firstAt < TimeUnit.SECONDS.toNanos(drainSeconds)) {
                TimeUnit.MILLISECONDS.sleep(100);
            }
            double seconds = (System.nanoTime() - firstAt) / 1e9;
            long drained = recovered.count() - before;
            Samples live = load.take();
            var drain = new Phase(new Histogram(new TreeMap<>()), live, dispatcher.heapMiB(),
                    Usage.residentMiB(dispatcher.pid()));
            report(thousand, million, drain, first, drained, seconds, load.endAndCountMissing());
        }
    }

    private void report(Phase thousand, Phase million, Phase drain, double first, long drained, double seconds,
            int missing) throws IOException {
        var report = new Report("backlog", options);
        report.line("| | rounds of claims | a round ms: p50, p99 | live ms: p50, p99, max | heap after a collection MiB"
                + " | RSS MiB |");
        report.line("|---|---|---|---|---|---|");
        report.line("| 1,000 rows of the dead endpoint | %s |", row(thousand));
        report.line("| %,d rows | %s |", rows, row(million));
        report.line("| while they leave | %s |", row(drain));
        report.line("");
        report.line("p99 of a round with %,d rows: %.2f times that with 1,000; of the live deliveries: %.2f times.",
                rows,
                million.claims().estimatedMillis(99) / thousand.claims().estimatedMillis(99),
                million.live().percentile(99) / thousand.live().percentile(99));
        report.line("");
        report.line("The endpoint back: its first webhook after %.1f s, then %,d in %.0f s, %,.0f/s.", first, drained,
                seconds, drained / seconds);
        report.line("");
        report.line(
                "The dispatcher's jar (`%s`), %,d endpoints, a broker, PostgreSQL (`fsync` on) and the load on the same"
                        + " cores; %d s of warm-up and %d s measured each. The rows of the dead endpoint are legs of three, all due,"
                        + " vacuumed and checkpointed once they are there; its breaker is open and probed each second. Meanwhile %d live events a second go to the others, timed"
                        + " from the producer to the receiver, and %d rows a second of theirs come due. A round asks which lanes"
                        + " are due and claims for them; those that find nothing are not counted. Live deliveries missing at the"
                        + " end: %d.",
                ServiceProcess.HEAP, small + 1, warmup, measure, liveRate, rowRate, missing);
        report.publish();
    }

    private static String row(Phase phase) {
        return "%,d | %.1f, %.1f | %.1f, %.1f, %.0f | %.0f | %d".formatted(phase.claims().count(),
                phase.claims().estimatedMillis(50), phase.claims().estimatedMillis(99), phase.live().median(),
                phase.live().percentile(99), phase.live().max(), phase.heap(), phase.resident());
    }
}
