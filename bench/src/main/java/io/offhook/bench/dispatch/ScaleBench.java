package io.offhook.bench.dispatch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

import io.offhook.bench.Options;
import io.offhook.bench.Report;
import io.offhook.bench.Samples;
import io.offhook.bench.ServiceProcess;

/** What more dispatchers add when the receivers' latency is the limit. */
public final class ScaleBench {

    private static final int ENDPOINTS = 1_000;
    private static final int LATENCY_MILLIS = 50;
    private static final int IN_FLIGHT = 64;
    /** Less than one can send: more would overflow the lanes into the retry topic. */
    private static final int LEAST_READ = 1_000;
    private static final int WAVE = 2_000;
    /** Starting, finding each other and sharing the partitions. */
    private static final int START_SECONDS = 20;

    private ScaleBench() {}

    /** @throws IllegalArgumentException for options that are none */
    public static void run(Options options) throws Exception {
        boolean quick = options.quick();
        List<Integer> counts = options.numbers("dispatchers", quick ? "1,2" : "1,2,4");
        // Four dispatchers on the machine compile for two minutes.
        int warmup = options.number("warmup", quick ? 5 : 120);
        int measure = options.number("measure", quick ? 5 : 20);
        int runs = options.number("runs", quick ? 1 : 3);
        options.root();
        options.requireAllRead();
        var results = new LinkedHashMap<Integer, List<Window>>();
        try (var servers = new Servers(options)) {
            for (int i = 0; i < runs; i++) {
                for (int dispatchers : counts) {
                    var site = new Site(servers, "scale" + i + "_" + dispatchers);
                    Window window = measure(site, dispatchers, warmup, measure);
                    results.computeIfAbsent(dispatchers, _ -> new ArrayList<>()).add(window);
                    System.out.printf(Locale.ROOT, "%d dispatchers: %,.0f/s, %.2f cores%n", dispatchers,
                            window.perSecond(), window.cores());
                }
            }
        }
        var report = new Report("scale", options);
        report.line(
                "| dispatchers | deliveries/s, median (lowest to highest) | times those of one | cores of all dispatchers"
                        + " |");
        report.line("|---|---|---|---|");
        double one = median(results.get(counts.getFirst()));
        results.forEach((dispatchers, windows) -> report.line("| %d | %s | %.2f | %.2f |", dispatchers,
                new Samples(windows.stream().mapToDouble(Window::perSecond).toArray()).spread("%,.0f"),
                median(windows) / one,
                new Samples(windows.stream().mapToDouble(Window::cores).toArray()).median()));
        report.line("");
        report.line(
                "%,d endpoints that answer after %d ms; each dispatcher (`%s`) has at most %d requests under way, so at best"
                        + " %,d deliveries/s, and reads at least %,d events/s, so that what waits stays in a topic that is never empty."
                        + " %d runs, each with fresh processes, %d s of warm-up and"
                        + " %d s measured. All share the machine's cores with broker and receivers.",
                ENDPOINTS, LATENCY_MILLIS,
                ServiceProcess.HEAP, IN_FLIGHT, IN_FLIGHT * 1000 / LATENCY_MILLIS, LEAST_READ, runs, warmup, measure);
        report.publish();
    }

    private static double median(List<Window> windows) {
        return new Samples(windows.stream().mapToDouble(Window::perSecond).toArray()).median();
    }

    private static Window measure(Site site, int dispatchers, int warmup, int measure) throws Exception {
        int events = dispatchers * IN_FLIGHT * 1000 / LATENCY_MILLIS * (START_SECONDS + warmup + measure) * 3 / 2;
        var stock = new EventStock(site.topics().callEvents(), ENDPOINTS, WAVE);
        var running = new ArrayList<ServiceProcess>();
        try (var receivers = new Receivers(ENDPOINTS); var source = new EventSource(site.brokers(), stock)) {
            receivers.delay(LATENCY_MILLIS);
            site.addEndpoints(IntStream.range(0, ENDPOINTS)
                    .mapToObj(i -> new Site.Seed(receivers.url(i), EventStock.tenant(i))).toList());
            source.fill(events);
            for (int i = 0; i < dispatchers; i++) {
                running.add(site.dispatcher(Map.of("OFFHOOK_DISPATCHER_ROLES", "live",
                        "OFFHOOK_DISPATCHER_MAX_IN_FLIGHT", Integer.toString(IN_FLIGHT),
                        "OFFHOOK_DISPATCHER_LEAST_READ_PER_SECOND", Integer.toString(LEAST_READ))));
            }
            for (ServiceProcess dispatcher : running) {
                Site.awaitPartitions(dispatcher, Site.PARTITIONS / dispatchers);
            }
            return Window.of(receivers::answered, events, events,
                    running.stream().map(ServiceProcess::pid).toList(), warmup, measure);
        } finally {
            running.forEach(ServiceProcess::close);
        }
    }
}
