package io.offhook.bench.audit;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

import io.offhook.bench.Options;
import io.offhook.bench.ReadTopic;
import io.offhook.bench.Report;
import io.offhook.bench.Samples;
import io.offhook.bench.ServiceProcess;
import io.offhook.bench.Usage;
import io.offhook.bench.dispatch.EventStock;
import io.offhook.bench.dispatch.Servers;
import io.offhook.model.Topics;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The API's audit read of few and of many records: what it holds in memory meanwhile, and how fast it is. */
public final class AuditBench {

    private static final String KEY = "administrator-of-the-bench";
    private static final int TENANTS = 100;
    private static final int WAVE = 1_000;
    private static final int CHUNK = 64 * 1024;
    private static final Duration STEP = Duration.ofMillis(10);

    /**
     * One read.
     *
     * @param heapMiB in use after a full collection in the middle of it
     * @param residentMiB of the process in the middle of it
     */
    private record Read(double recordsPerSecond, double heapMiB, long residentMiB) {}

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ServiceProcess api;
    private final Instant begin;

    private AuditBench(ServiceProcess api, Instant begin) {
        this.api = api;
        this.begin = begin;
    }

    /** @throws IllegalArgumentException for options that are none */
    public static void run(Options options) throws Exception {
        List<Integer> counts = options.numbers("records", options.quick() ? "1000,10000" : "10000,100000,1000000");
        int runs = options.number("runs", options.quick() ? 1 : 5);
        options.root();
        options.requireAllRead();
        var topics = new Topics(Topics.DEFAULT_PREFIX);
        var results = new LinkedHashMap<Integer, List<Read>>();
        var bare = new ArrayList<Double>();
        try (var servers = new Servers(options); var api = api(servers)) {
            api.awaitReady();
            var bench = new AuditBench(api, afterNow());
            Map<Integer, Instant> ends = fill(servers, topics, counts);
            // The compiler has seen the path before it is measured.
            bench.read(ends.get(counts.getLast()), counts.getLast());
            for (int i = 0; i < runs; i++) {
                for (int count : counts) {
                    Read read = bench.read(ends.get(count), count);
                    results.computeIfAbsent(count, _ -> new ArrayList<>()).add(read);
                    System.out.printf(Locale.ROOT, "%,d records: %,.0f records/s, heap %.0f MiB, RSS %d MiB%n", count,
                            read.recordsPerSecond(), read.heapMiB(), read.residentMiB());
                }
                bare.add(bare(servers, topics));
            }
        }
        report(options, counts, results, new Samples(bare.stream().mapToDouble(Double::doubleValue).toArray()), runs);
    }

    private static ServiceProcess api(Servers servers) {
        return new ServiceProcess(servers.jar("endpoint-api"), servers.directory(),
                new HashMap<>(Map.of("SPRING_KAFKA_BOOTSTRAP_SERVERS", servers.brokers(), "SPRING_DATASOURCE_URL",
                        servers.postgres().createDatabase("audit"), "OFFHOOK_API_ADMIN_KEY", KEY)));
    }

    /** @return by count of records the time behind the last of them */
    private static Map<Integer, Instant> fill(Servers servers, Topics topics, List<Integer> counts)
            throws InterruptedException {
        var stock = new EventStock(topics.callEvents(), TENANTS, WAVE);
        var ends = new HashMap<Integer, Instant>();
        try (var producer = new KafkaProducer<>(Map.of("bootstrap.servers", servers.brokers(), "linger.ms", 20,
                "compression.type", "lz4"), new ByteArraySerializer(), new ByteArraySerializer())) {
            int sent = 0;
            for (int count : counts) {
                for (; sent < count; sent++) {
                    producer.send(stock.record(sent));
                }
                producer.flush();
                ends.put(count, afterNow());
            }
        }
        return ends;
    }

    /** A moment that lies behind all that was appended, and before all that is appended next. */
    private static Instant afterNow() throws InterruptedException {
        Thread.sleep(STEP);
        Instant now = Instant.now();
        Thread.sleep(STEP);
        return now;
    }

    /** Reads all at full speed, then half of it, looks at the API while the read is open, and reads the rest. */
    private Read read(Instant end, int count) throws IOException, InterruptedException {
        long started = System.nanoTime();
        try (InputStream lines = open(end)) {
            require(count, lines(lines, Integer.MAX_VALUE));
        }
        double seconds = (System.nanoTime() - started) / 1e9;
        try (InputStream lines = open(end)) {
            int half = lines(lines, count / 2);
            var read = new Read(count / seconds, api.heapMiB(), Usage.residentMiB(api.pid()));
            require(count, half + lines(lines, Integer.MAX_VALUE));
            return read;
        }
    }

    private InputStream open(Instant end) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(api.address("/api/v1/events?from=" + begin + "&to=" + end))
                .header("authorization", "Bearer " + KEY).build();
        var answer = http.send(request, BodyHandlers.ofInputStream());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException("the API answers " + answer.statusCode());
        }
        return answer.body();
    }

    /** Counts lines until there are as many or the answer ends. */
    private static int lines(InputStream in, int enough) throws IOException {
        var chunk = new byte[CHUNK];
        int lines = 0;
        for (int read; lines < enough && (read = in.read(chunk)) >= 0;) {
            for (int i = 0; i < read; i++) {
                if (chunk[i] == '\n') {
                    lines++;
                }
            }
        }
        return lines;
    }

    private static void require(int expected, int found) {
        if (found != expected) {
            throw new IllegalStateException(found + " lines (expected: " + expected + ")");
        }
    }

    /** Records a second of a consumer that does nothing with them. */
    private static double bare(Servers servers, Topics topics) {
        long started = System.nanoTime();
        var records = new long[1];
        try (var topic = new ReadTopic(servers.brokers(), topics.callEvents())) {
            topic.readAll(() -> false, _ -> records[0]++);
        }
        return records[0] * 1e9 / (System.nanoTime() - started);
    }

    private static void report(Options options, List<Integer> counts, Map<Integer, List<Read>> results, Samples bare,
            int runs) throws IOException {
        var report = new Report("audit", options);
        report.line("| records | records/s | MiB of heap after a full collection, halfway | RSS MiB, halfway |");
        report.line("|---|---|---|---|");
        for (int count : counts) {
            List<Read> reads = results.get(count);
            report.line("| %,d | %s | %s | %s |", count, of(reads, Read::recordsPerSecond).spread("%,.0f"),
                    of(reads, Read::heapMiB).spread("%.1f"), of(reads, Read::residentMiB).spread("%.0f"));
        }
        report.line("");
        report.line("Yardstick: a consumer that reads all of the topic and does nothing with it, %s records/s.",
                bare.spread("%,.0f"));
        report.line("");
        report.line(
                "Medians with the range of %d runs, after one to warm up. `GET /api/v1/events` of the API's jar (`%s`, default"
                        + " settings) over one connection, 24 partitions, one broker beside it. Halfway: half of the lines are read, and the client"
                        + " takes no more until memory is looked at.",
                runs, ServiceProcess.HEAP);
        report.publish();
    }

    private static Samples of(List<Read> reads, ToDoubleFunction<Read> what) {
        return new Samples(reads.stream().mapToDouble(what).toArray());
    }
}
