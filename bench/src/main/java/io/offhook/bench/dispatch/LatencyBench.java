package io.offhook.bench.dispatch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.offhook.bench.Options;
import io.offhook.bench.Report;
import io.offhook.bench.Samples;
import io.offhook.bench.ServiceProcess;
import io.offhook.bench.ingestor.CallPacer;
import io.offhook.bench.ingestor.CallScript;
import io.offhook.bench.ingestor.EventTypes;
import io.offhook.bench.ingestor.IngestorProcess;
import io.offhook.bench.ingestor.ReplayedNode;
import io.offhook.model.CallAction;
import io.offhook.testkit.process.JavaCommand;
import io.offhook.testkit.process.JavaProcess;

/** From the socket of a FreeSWITCH to a receiver, through ingestor, broker and dispatcher. */
public final class LatencyBench {

    private static final int NODES = 4;
    private static final int EVENTS_PER_CALL = CallScript.LEGS * CallAction.values().length;
    /** A replayed call lasts 3 s; the others are for the last deliveries. */
    private static final int AFTERWARDS_SECONDS = 5;
    private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(90);
    /** A run before those that count has so many times the events: it is for the compilers of the two services and for the broker. */
    private static final int TIMES_BEFORE = 3;
    private static final int PRODUCT = 0;
    private static final int BARE = 1;

    private record Result(Samples latencies, long lagMillis) {}

    private final Servers servers;
    private final int warmup;
    private final int measure;
    private final int events;
    private final Receivers receivers = new Receivers(2);
    private final List<ReplayedNode> nodes = new ArrayList<>();

    private LatencyBench(Servers servers, int warmup, int measure, int events) throws IOException {
        this.servers = servers;
        this.warmup = warmup;
        this.measure = measure;
        this.events = events;
        for (int i = 1; i <= NODES; i++) {
            nodes.add(new ReplayedNode(
                    "c0de0000-0000-4000-8000-%012x".formatted(i).getBytes(StandardCharsets.US_ASCII)));
        }
    }

    /** @throws IllegalArgumentException for options that are none */
    public static void run(Options options) throws Exception {
        boolean quick = options.quick();
        int warmup = options.number("warmup", quick ? 10 : 60);
        int measure = options.number("measure", quick ? 10 : 30);
        int runs = options.number("runs", quick ? 1 : 3);
        int events = options.number("events", 500);
        options.root();
        options.requireAllRead();
        var report = new Report("latency", options);
        try (var servers = new Servers(options)) {
            new LatencyBench(servers, warmup, measure, events).run(runs, quick, report);
        }
        report.publish();
    }

    private void run(int runs, boolean quick, Report report) throws Exception {
        var product = new ArrayList<Result>();
        var bare = new ArrayList<Result>();
        var site = new Site(servers, "offhook");
        var bareSite = new Site(servers, "bare");
        site.addEndpoints(List.of(new Site.Seed(receivers.url(PRODUCT), null)));
        try (ServiceProcess dispatcher = site.dispatcher(Map.of())) {
            Site.awaitPartitions(dispatcher, Site.PARTITIONS);
            try (var _ = new IngestorProcess(servers.jar("esl-ingestor"), servers.directory(), servers.brokers(),
                    nodes)) {
                if (!quick) {
                    product(events * TIMES_BEFORE);
                }
                for (int i = 0; i < runs; i++) {
                    product.add(told("offhook", product(events)));
                    bare.add(told("bare", bare(bareSite)));
                }
            }
        } finally {
            receivers.close();
            for (ReplayedNode node : nodes) {
                node.close();
            }
        }
        Map<String, Integer> handedOff = site.handedOff();
        System.out.println("handed off: " + handedOff);
        report.line("| | p50 ms | p99 ms | p99.9 ms | most ms | events |");
        report.line("|---|---|---|---|---|---|");
        row(report, "offhook", product);
        row(report, "bare", bare);
        report.line("");
        report.line(
                "%d call events/s (%d replayed nodes, bridged calls of two legs). *offhook*: from the moment before the socket"
                        + " write of a FreeSWITCH event, which stands in it as its time, through the ingestor's jar, the broker and"
                        + " the dispatcher's jar (`%s` each, all roles) to the arrival of the POST. *bare*: a producer with the"
                        + " ingestor's settings, a consumer and a POST by Apache HttpClient 5 async in one JVM, from the moment"
                        + " before the send. %d runs of each in turn, median (lowest to highest), %d s of warm-up before each and"
                        + " %d s measured%s; all share the cores with the broker. The load was late by at most %d ms. Handed off to the retry path, in all"
                        + " runs: %s.",
                events, NODES, ServiceProcess.HEAP, runs, warmup, measure,
                quick
                        ? ""
                        : ", after one of offhook alone with %d times the events, which does not count"
                                .formatted(TIMES_BEFORE),
                product.stream().mapToLong(Result::lagMillis).max().orElse(0), handedOff);
    }

    private static Result told(String name, Result result) {
        System.out.printf(Locale.ROOT, "%s: p50 %.2f, p99 %.2f ms of %d%n", name, result.latencies.median(),
                result.latencies.percentile(99), result.latencies.count());
        return result;
    }

    /** @param perSecond events */
    private Result product(int perSecond) throws Exception {
        EventTimes times = listen(PRODUCT, perSecond);
        CallScript script = CallScript.of(EventTypes.SUBSCRIBED);
        // Both processes have just started: the time begins when something comes through.
        new CallPacer(script, nodes).play(1, TimeUnit.SECONDS.toNanos(2));
        awaitFirst(times);
        var pacer = new CallPacer(script, nodes);
        Thread load = Thread.ofPlatform().name("load").start(() -> {
            try {
                pacer.play((double) perSecond / EVENTS_PER_CALL, TimeUnit.SECONDS.toNanos(warmup + measure));
            } catch (IOException e) {
                // Its events are missing in the result, which says how many there were.
                System.err.println("the ingestor closed a connection: " + e);
            }
        });
        Samples latencies = measured(times);
        load.join();
        return new Result(latencies, pacer.maxLagMillis());
    }

    private Result bare(Site site) throws Exception {
        EventTimes times = listen(BARE, events);
        try (JavaProcess _ = JavaCommand.mainClass(BarePath.class).jvmOptions(ServiceProcess.HEAP,
                "--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED")
                .arguments(site.brokers(), site.topics().callEvents(), receivers.url(BARE).toString(),
                        Integer.toString(events), Integer.toString(warmup + measure))
                .start()) {
            awaitFirst(times);
            return new Result(measured(times), 0);
        }
    }

    private static void awaitFirst(EventTimes times) throws InterruptedException {
        long deadline = System.nanoTime() + FIRST_NANOS;
        while (times.count() == 0) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("nothing arrived");
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private EventTimes listen(int receiver, int perSecond) {
        var times = new EventTimes(receiver, 2 * perSecond * (warmup + measure + AFTERWARDS_SECONDS));
        receivers.listen(times);
        return times;
    }

    private Samples measured(EventTimes times) throws InterruptedException {
        TimeUnit.SECONDS.sleep(warmup);
        long begin = CallPacer.nowMicros();
        TimeUnit.SECONDS.sleep(measure);
        long end = CallPacer.nowMicros();
        TimeUnit.SECONDS.sleep(AFTERWARDS_SECONDS);
        // A machine that does not keep up shows in the latencies, not in what is missing.
        int before = -1;
        while (times.count() > before && times.count() < times.capacity()) {
            before = times.count();
            TimeUnit.SECONDS.sleep(1);
        }
        return times.latencies(begin, end);
    }

    private static void row(Report report, String name, List<Result> results) {
        report.line("| %s | %s | %s | %s | %s | %,.0f |", name, spread(results, 50), spread(results, 99),
                spread(results, 99.9), spread(results, 100),
                new Samples(results.stream().mapToDouble(result -> result.latencies.count()).toArray()).median());
    }

    private static String spread(List<Result> results, double percent) {
        return new Samples(results.stream().mapToDouble(result -> result.latencies.percentile(percent)).toArray())
                .spread("%.2f");
    }
}
