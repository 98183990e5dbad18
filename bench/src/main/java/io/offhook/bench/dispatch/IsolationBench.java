package io.offhook.bench.dispatch;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

import io.offhook.bench.Options;
import io.offhook.bench.Report;
import io.offhook.bench.Samples;

/** What dead receivers cost the others. */
public final class IsolationBench {

    private static final int TENANTS = 100;
    private static final int PER_TENANT = 10;
    private static final int ENDPOINTS = TENANTS * PER_TENANT;
    private static final List<Fault> ALL = List.of(Fault.values());
    /** Further endpoints, dead during the warm-up alone, so that all that fails later meets code that was compiled. */
    private static final int FAILING = 100;

    /**
     * @param faults which one after the other; none for the run that the others are compared with
     * @param midway they die when the time measured begins; otherwise some time before
     */
    private record Variant(int dead, List<Fault> faults, boolean midway) {

        boolean isDead(int endpoint) {
            return dead > 0 && endpoint % (ENDPOINTS / dead) == ENDPOINTS / dead - 1;
        }

        String words() {
            if (dead == 0) {
                return "none";
            }
            String what = faults.size() > 1 ? "all four kinds" : faults.getFirst().name().toLowerCase(Locale.ROOT);
            return dead + ", " + what.replace('_', ' ') + ", " + (midway ? "midway" : "before");
        }
    }

    private static final Variant NONE = new Variant(0, List.of(), false);

    private IsolationBench() {}

    /** @throws IllegalArgumentException for options that are none */
    public static void run(Options options) throws Exception {
        boolean quick = options.quick();
        int warmup = options.number("warmup", quick ? 5 : 180);
        int measure = options.number("measure", quick ? 5 : 40);
        int runs = options.number("runs", 1);
        int events = options.number("events", quick ? 100 : 300);
        List<Integer> dead = options.numbers("dead", quick ? "100" : "10,100");
        dead.stream().filter(count -> ENDPOINTS % count != 0).findFirst().ifPresent(count -> {
            throw new IllegalArgumentException("--dead: " + count + " (expected: divisors of " + ENDPOINTS + ")");
        });
        boolean single = options.text("faults", quick ? "mixed" : "mixed,single").contains("single");
        options.root();
        options.requireAllRead();
        var results = new LinkedHashMap<Variant, List<PacedRun.Result>>();
        try (var servers = new Servers(options)) {
            if (!quick) {
                // Broker, PostgreSQL and receivers stay for all runs: the first ones would be compared with later, warmer ones.
                measure(new Site(servers, "isolation"), NONE, events, warmup, measure);
            }
            List<Variant> variants = variants(dead, single);
            for (int i = 0; i < runs * variants.size(); i++) {
                Variant variant = variants.get(i % variants.size());
                var site = new Site(servers, "isolation" + i);
                PacedRun.Result result = measure(site, variant, events, warmup, measure);
                results.computeIfAbsent(variant, _ -> new ArrayList<>()).add(result);
                System.out.printf(Locale.ROOT, "%s: p50 %.2f, p99 %.2f ms, %,.0f/s, %d missing, handed off %s%n",
                        variant.words(), result.found().latencies().median(), result.found().latencies().percentile(99),
                        result.window().perSecond(), result.found().missing(), result.handedOff());
            }
        }
        report(options, results, events, warmup, measure);
    }

    private static List<Variant> variants(List<Integer> dead, boolean single) {
        var variants = new ArrayList<Variant>();
        for (boolean midway : List.of(false, true)) {
            variants.add(NONE);
            dead.forEach(count -> variants.add(new Variant(count, ALL, midway)));
            if (single) {
                variants.add(NONE);
                ALL.forEach(fault -> variants.add(new Variant(100, List.of(fault), midway)));
            }
        }
        return variants;
    }

    private static PacedRun.Result measure(Site site, Variant variant, int events, int warmup, int measure)
            throws Exception {
        try (var receivers = new Receivers(ENDPOINTS); var failing = new Receivers(FAILING)) {
            site.addEndpoints(IntStream.range(0, ENDPOINTS)
                    .mapToObj(i -> new Site.Seed(receivers.url(i), EventStock.tenant(i / PER_TENANT))).toList());
            List<UUID> ofWarmUp = site.addEndpoints(IntStream.range(0, FAILING)
                    .mapToObj(i -> new Site.Seed(failing.url(i), EventStock.tenant(i))).toList());
            var course = new PacedRun.Course() {

                @Override
                public void warm() throws IOException {
                    for (int i = 0; i < FAILING; i++) {
                        failing.strike(i, ALL.get(i % ALL.size()));
                    }
                }

                @Override
                public void calm() throws IOException, SQLException {
                    site.disableEndpoints(ofWarmUp);
                    if (!variant.midway()) {
                        strike(receivers, variant);
                    }
                }

                @Override
                public void begin() throws IOException {
                    if (variant.midway()) {
                        strike(receivers, variant);
                    }
                }
            };
            return new PacedRun(site, receivers, TENANTS, PER_TENANT, events, warmup, measure).run(course,
                    endpoint -> !variant.isDead(endpoint));
        }
    }

    private static void strike(Receivers receivers, Variant variant) throws IOException {
        int struck = 0;
        for (int i = 0; i < ENDPOINTS; i++) {
            if (variant.isDead(i)) {
                receivers.strike(i, variant.faults().get(struck++ % variant.faults().size()));
            }
        }
    }

    private static void report(Options options, Map<Variant, List<PacedRun.Result>> results, int events, int warmup,
            int measure) throws IOException {
        var report = new Report("isolation", options);
        report.line(
                "| dead | healthy: p50 ms | p99 ms | of the deliveries due, arrived in time | against none dead: p50,"
                        + " p99 | dispatcher's CPU us per delivery, cores | RSS MiB | handed off in the last run |");
        report.line("|---|---|---|---|---|---|---|---|");
        double p50 = median(results.get(NONE), 50);
        double p99 = median(results.get(NONE), 99);
        results.forEach((variant, runs) -> {
            double due = events * (PER_TENANT - variant.dead() / (double) TENANTS);
            report.line("| %s | %s | %s | %.1f %% | %+.0f %%, %+.0f %% | %.0f, %.2f | %.0f | %s |", variant.words(),
                    spread("%.2f", runs, 50), spread("%.2f", runs, 99),
                    of(runs, result -> result.window().perSecond() / due * 100).median(),
                    (median(runs, 50) / p50 - 1) * 100, (median(runs, 99) / p99 - 1) * 100,
                    of(runs, result -> result.window().cpuSeconds() * 1e6 / result.all()).median(),
                    of(runs, result -> result.window().cores()).median(),
                    of(runs, PacedRun.Result::residentMiB).median(),
                    runs.getLast().handedOff());
        });
        report.line("");
        report.line(
                "%,d endpoints of %d tenants, each a port of its own; %d call events/s, which are %,d deliveries/s; a fresh"
                        + " dispatcher (all roles), database and topic for each run; %d s of warm-up, %d s measured; a first run"
                        + " that does not count, for broker and receivers. The"
                        + " warm-up begins with at least %,d deliveries/s; when a quarter of that time is over, %d further endpoints die in"
                        + " all four ways; for its last %d s those are disabled and the rate is the one measured. Dead ones are spread evenly"
                        + " over the tenants and die at the beginning of those %d s (before), or when the time measured begins"
                        + " (midway). From the broker's LogAppendTime (whole milliseconds) to the"
                        + " arrival of the request at a healthy receiver. Medians with the range over the runs of a kind;"
                        + " broker, PostgreSQL, receivers and dispatcher share the cores. Source late by at most %d ms; missing"
                        + " deliveries to healthy receivers: %d.",
                ENDPOINTS, TENANTS, events, events * PER_TENANT, warmup, measure, PacedRun.WARM_UP_PER_SECOND, FAILING,
                PacedRun.CALM_SECONDS, PacedRun.CALM_SECONDS,
                results.values().stream().flatMap(List::stream).mapToLong(PacedRun.Result::lagMillis).max().orElse(0),
                results.values().stream().flatMap(List::stream).mapToLong(result -> result.found().missing()).sum());
        report.publish();
    }

    private static Samples of(List<PacedRun.Result> runs, ToDoubleFunction<PacedRun.Result> what) {
        return new Samples(runs.stream().mapToDouble(what).toArray());
    }

    private static double median(List<PacedRun.Result> runs, double percent) {
        return of(runs, result -> result.found().latencies().percentile(percent)).median();
    }

    private static String spread(String format, List<PacedRun.Result> runs, double percent) {
        return of(runs, result -> result.found().latencies().percentile(percent)).spread(format);
    }
}
