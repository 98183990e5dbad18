package io.offhook.bench.dispatch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

import io.offhook.bench.Options;
import io.offhook.bench.Report;
import io.offhook.bench.Samples;
import io.offhook.bench.ServiceProcess;

/** What a delivery costs with few and with many endpoints, at the same rate of deliveries. */
public final class GrowthBench {

    private GrowthBench() {}

    /** @throws IllegalArgumentException for options that are none */
    public static void run(Options options) throws Exception {
        boolean quick = options.quick();
        List<Integer> counts = options.numbers("endpoints", quick ? "10,10000" : "10,1000,10000");
        int warmup = options.number("warmup", quick ? 5 : 80);
        int measure = options.number("measure", quick ? 5 : 30);
        int runs = options.number("runs", quick ? 1 : 3);
        int events = options.number("events", quick ? 500 : 2_000);
        int ports = options.number("ports", Receivers.USUAL_PORTS);
        options.root();
        options.requireAllRead();
        var results = new LinkedHashMap<Integer, List<PacedRun.Result>>();
        try (var servers = new Servers(options)) {
            for (int i = 0; i < runs; i++) {
                for (int endpoints : counts) {
                    var site = new Site(servers, "growth" + i + "_" + endpoints);
                    PacedRun.Result result = measure(site, endpoints, ports, events, warmup, measure);
                    results.computeIfAbsent(endpoints, _ -> new ArrayList<>()).add(result);
                    System.out.printf(Locale.ROOT, "%d endpoints: %.0f us, heap %.0f MiB, RSS %d MiB, p99 %.1f ms%n",
                            endpoints, result.window().cpuMicros(), result.heapMiB(), result.residentMiB(),
                            result.found().latencies().percentile(99));
                }
            }
        }
        var report = new Report("growth", options);
        report.line(
                "| endpoints | us of CPU per delivery | MiB of heap after a full collection | RSS MiB | to arrival p50,"
                        + " p99 ms | deliveries/s |");
        report.line("|---|---|---|---|---|---|");
        results.forEach((endpoints, found) -> report.line("| %,d | %s | %s | %s | %s, %s | %,.0f |", endpoints,
                spread("%.0f", found, result -> result.window().cpuMicros()),
                spread("%.0f", found, PacedRun.Result::heapMiB),
                spread("%.0f", found, PacedRun.Result::residentMiB),
                spread("%.1f", found, result -> result.found().latencies().median()),
                spread("%.1f", found, result -> result.found().latencies().percentile(99)),
                of(found, result -> result.window().perSecond()).median()));
        report.line("");
        report.line(
                "Medians with the range of %d runs, each with a fresh dispatcher (`%s`, all roles), %d s of warm-up (but for"
                        + " its last %d s with at least %,d events/s) and %d s measured. %,d call events/s, each for one endpoint, all endpoints in turn; %,d ports at most, which"
                        + " the endpoints share. To arrival: from the broker's LogAppendTime.",
                runs, ServiceProcess.HEAP, warmup, PacedRun.CALM_SECONDS, PacedRun.WARM_UP_PER_SECOND,
                measure, events, ports);
        report.publish();
    }

    private static PacedRun.Result measure(Site site, int endpoints, int ports, int events, int warmup,
            int measure) throws Exception {
        try (var receivers = new Receivers(Math.min(endpoints, ports))) {
            site.addEndpoints(IntStream.range(0, endpoints)
                    .mapToObj(i -> new Site.Seed(receivers.url(i), EventStock.tenant(i))).toList());
            return new PacedRun(site, receivers, endpoints, 1, events, warmup, measure)
                    .run(1, PacedRun.Course.UNEVENTFUL, _ -> true).getFirst();
        }
    }

    private static Samples of(List<PacedRun.Result> runs, ToDoubleFunction<PacedRun.Result> what) {
        return new Samples(runs.stream().mapToDouble(what).toArray());
    }

    private static String spread(String format, List<PacedRun.Result> runs, ToDoubleFunction<PacedRun.Result> what) {
        return of(runs, what).spread(format);
    }
}
