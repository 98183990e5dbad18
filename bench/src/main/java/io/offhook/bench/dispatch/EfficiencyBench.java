package io.offhook.bench.dispatch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

import io.offhook.bench.Options;
import io.offhook.bench.Report;
import io.offhook.bench.Samples;
import io.offhook.bench.ServiceProcess;
import io.offhook.testkit.process.JavaCommand;
import io.offhook.testkit.process.JavaProcess;

/** What a delivery costs, from the topic to the response, beside a bare client and beside other ways from Kafka to HTTP. */
public final class EfficiencyBench {

    private static final int URLS = 50;
    /** Legs whose events interleave: seconds of a busy fleet. */
    private static final int WAVE = 2_000;
    /** More than any of the candidates delivers on two cores. */
    private static final int FASTEST_PER_SECOND = 35_000;
    private static final String OFFHOOK = "offhook";
    private static final String BARE = "bare";
    private static final String PARALLEL = "parallel";
    private static final String CAMEL = "camel";
    private static final List<String> CANDIDATES = List.of(OFFHOOK, BARE, PARALLEL, CAMEL);

    private final Options options;
    private final Servers servers;
    private final Peers peers;
    private final Site site;
    private final Receivers receivers = new Receivers(URLS);
    private final List<String> urls = IntStream.range(0, URLS).mapToObj(i -> receivers.url(i).toString()).toList();
    private final int warmup;
    private final int measure;
    private final int inFlight;
    private final int records;
    private final Map<String, String> settings;

    private EfficiencyBench(Options options, Servers servers, int warmup, int measure) throws Exception {
        boolean quick = options.quick();
        this.options = options;
        this.servers = servers;
        this.warmup = warmup;
        this.measure = measure;
        this.records = options.number("records", (warmup + measure) * (quick ? 10_000 : FASTEST_PER_SECOND));
        this.inFlight = options.number("in-flight", 64);
        this.settings = new TreeMap<>(Map.of("OFFHOOK_DISPATCHER_ROLES", "live", "OFFHOOK_DISPATCHER_MAX_UNSETTLED",
                Integer.toString(options.number("max-unsettled", 20_000)), "OFFHOOK_DISPATCHER_MAX_IN_FLIGHT",
                Integer.toString(inFlight)));
        this.peers = new Peers(options.root());
        this.site = new Site(servers, "efficiency");
    }

    /** @throws IllegalArgumentException for options that are none */
    public static void run(Options options) throws Exception {
        boolean quick = options.quick();
        // The compiler has two cores to share with what it compiles for, and work for more than a minute.
        int warmup = options.number("warmup", quick ? 4 : 90);
        int measure = options.number("measure", quick ? 4 : 20);
        int hungMeasure = options.number("hung-measure", quick ? 6 : 60);
        int runs = options.number("runs", quick ? 1 : 3);
        int peerRuns = options.number("peer-runs", runs);
        List<Integer> concurrency = options.numbers("concurrency", quick ? "100" : "100,1000");
        List<String> candidates = List.of(options.text("candidates", String.join(",", CANDIDATES)).split(","));
        if (!CANDIDATES.containsAll(candidates)) {
            throw new IllegalArgumentException("--candidates: " + candidates + " (expected: some of " + CANDIDATES
                    + ")");
        }
        options.number("records", 1);
        options.number("max-unsettled", 1);
        options.number("in-flight", 1);
        options.root();
        options.requireAllRead();
        try (var servers = new Servers(options)) {
            var bench = new EfficiencyBench(options, servers, warmup, measure);
            try {
                bench.run(candidates, runs, peerRuns, concurrency, hungMeasure);
            } finally {
                bench.receivers.close();
            }
        }
    }

    private void run(List<String> candidates, int runs, int peerRuns, List<Integer> concurrency, int hungMeasure)
            throws Exception {
        site.addEndpoints(IntStream.range(0, URLS)
                .mapToObj(i -> new Site.Seed(receivers.url(i), EventStock.tenant(i))).toList());
        try (var source = EventSource.compressing(site.brokers(),
                new EventStock(site.topics().callEvents(), URLS, WAVE))) {
            source.fill(records);
        }
        var healthy = new LinkedHashMap<String, List<Window>>();
        for (int i = 0; i < runs; i++) {
            for (String candidate : i < peerRuns ? candidates : withoutPeers(candidates)) {
                for (int each : candidate.equals(PARALLEL) ? concurrency : List.of(Site.PARTITIONS)) {
                    String name = candidate.equals(PARALLEL) ? candidate + " " + each : candidate;
                    add(healthy, name, measured(candidate, each, measure));
                }
            }
        }
        int best = concurrency.stream().max((a, b) -> Double.compare(rate(healthy, PARALLEL + " " + a),
                rate(healthy, PARALLEL + " " + b))).orElseThrow();
        receivers.strike(0, Fault.HANG);
        var hung = new LinkedHashMap<String, List<Window>>();
        for (int i = 0; i < peerRuns; i++) {
            for (String candidate : candidates) {
                if (!candidate.equals(BARE)) {
                    String name = candidate.equals(PARALLEL) ? candidate + " " + best : candidate;
                    add(hung, name, measured(candidate, best, hungMeasure));
                }
            }
        }
        report(healthy, hung, hungMeasure);
    }

    private static List<String> withoutPeers(List<String> candidates) {
        return candidates.stream().filter(candidate -> candidate.equals(OFFHOOK) || candidate.equals(BARE)).toList();
    }

    private static void add(Map<String, List<Window>> results, String name, Window window) {
        results.computeIfAbsent(name, _ -> new ArrayList<>()).add(window);
        System.out.printf(Locale.ROOT, "%s: %,.0f/s, %.1f us of CPU each, %.2f cores%n", name, window.perSecond(),
                window.cpuMicros(), window.cores());
    }

    /** 0 for a candidate that was left out. */
    private static double rate(Map<String, List<Window>> results, String name) {
        return median(results, name, Window::perSecond);
    }

    private static double median(Map<String, List<Window>> results, String name, ToDoubleFunction<Window> what) {
        List<Window> windows = results.getOrDefault(name, List.of());
        return windows.isEmpty() ? 0 : new Samples(windows.stream().mapToDouble(what).toArray()).median();
    }

    private Window measured(String candidate, int concurrency, int seconds) throws Exception {
        return switch (candidate) {
            case OFFHOOK -> dispatcher(seconds);
            case BARE -> bare();
            case PARALLEL -> peer(Peers.PARALLEL_CONSUMER, "ParallelConsumerPeer", concurrency, seconds);
            default -> peer(Peers.CAMEL, "CamelPeer", Site.PARTITIONS, seconds);
        };
    }

    private Window dispatcher(int seconds) throws Exception {
        site.rewind();
        int handedOff = sum(site.handedOff());
        try (ServiceProcess dispatcher = site.dispatcher(settings)) {
            Window window = window(dispatcher.pid(), seconds);
            dispatcher.stop();
            System.out.println("handed off: " + (sum(site.handedOff()) - handedOff));
            return window;
        }
    }

    private static int sum(Map<String, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    private Window bare() throws InterruptedException {
        var arguments = new ArrayList<>(List.of(Integer.toString(inFlight)));
        arguments.addAll(urls);
        try (JavaProcess bare = JavaCommand.mainClass(BarePost.class).jvmOptions(ServiceProcess.HEAP)
                .arguments(arguments.toArray(String[]::new)).start()) {
            return Window.of(receivers::answered, 0, Long.MAX_VALUE, List.of(bare.pid()), warmup, measure);
        }
    }

    private Window peer(String name, String main, int concurrency, int seconds) throws InterruptedException {
        try (JavaProcess peer = peers.start(name, main, site, servers.directory(), concurrency, urls)) {
            return window(peer.pid(), seconds);
        }
    }

    /** Of a process just started, which has delivered nothing. */
    private Window window(long pid, int seconds) throws InterruptedException {
        return Window.of(receivers::answered, records, receivers.answered() + records, List.of(pid), warmup, seconds);
    }

    private void report(Map<String, List<Window>> healthy, Map<String, List<Window>> hung, int hungMeasure)
            throws Exception {
        var report = new Report("efficiency", options);
        report.line(
                "| | POSTs/s, median (lowest to highest) | us of CPU for each, median (lowest to highest) | cores |");
        report.line("|---|---|---|---|");
        healthy.forEach((name, windows) -> row(report, name, windows));
        report.line("");
        report.line("One of the %d receivers takes requests and never answers; the others' POSTs:", URLS);
        report.line("");
        report.line(
                "| | POSTs/s, median (lowest to highest) | us of CPU for each, median (lowest to highest) | cores |");
        report.line("|---|---|---|---|");
        hung.forEach((name, windows) -> row(report, name, windows));
        report.line("");
        report.line(
                "CPU of a delivery: %.2f times the bare POST's. Throughput: %.2f times the faster peer's; with the hung"
                        + " receiver %.0f times.",
                median(healthy, OFFHOOK, Window::cpuMicros) / median(healthy, BARE, Window::cpuMicros),
                rate(healthy, OFFHOOK) / fastest(healthy), rate(hung, OFFHOOK) / fastest(hung));
        report.line("");
        explain(report, hungMeasure);
        report.publish();
    }

    private static double fastest(Map<String, List<Window>> results) {
        return results.keySet().stream().filter(name -> name.startsWith(PARALLEL) || name.equals(CAMEL))
                .mapToDouble(name -> rate(results, name)).max().orElse(Double.NaN);
    }

    private static void row(Report report, String name, List<Window> windows) {
        report.line("| %s | %s | %s | %.2f |", name, spread("%,.0f", windows.stream().map(Window::perSecond).toList()),
                spread("%.1f", windows.stream().map(Window::cpuMicros).toList()),
                new Samples(windows.stream().mapToDouble(Window::cores).toArray()).median());
    }

    private static String spread(String format, List<Double> values) {
        return new Samples(values.stream().mapToDouble(Double::doubleValue).toArray()).spread(format);
    }

    private void explain(Report report, int hungMeasure) {
        report.line(
                "A topic of %,d call events (%d partitions, three of each leg, some 700 bytes with their headers, lz4), which"
                        + " go to %d receivers by their tenant; the broker (one) and the receivers (one thread in"
                        + " the bench) share the cores with each candidate, which runs alone in a fresh JVM: %d s of warm-up,"
                        + " then %d s measured (%d s with the hung receiver), CPU as the system counts it for the candidate's"
                        + " process. *offhook* is the dispatcher's jar (`%s`, %s), with signature and all headers. *bare* is"
                        + " Apache HttpClient 5 async (%d requests under way) and nothing else: the same bodies from memory,"
                        + " no Kafka, no signature. *parallel* is %s, ordered by key, with its maxConcurrency; *camel* is %s"
                        + " (camel-kafka and camel-http, a consumer for each partition). Time-outs are 30 s for all.",
                records,
                Site.PARTITIONS, URLS, warmup, measure, hungMeasure, ServiceProcess.HEAP, settings, inFlight,
                Peers.PARALLEL_CONSUMER_VERSION, Peers.CAMEL_VERSION);
    }
}
