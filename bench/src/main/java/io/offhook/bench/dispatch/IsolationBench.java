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
import java.util.stream.Stream;

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

    /** How long the receivers have been dead, in stretches of the time measured. */
    private enum When {
        NOT_YET("none dead"), SINCE_ITS_BEGINNING("they die"), BEFORE("still dead");

        private final String words;

        When(String words) {
            this.words = words;
        }
    }

    /** @param faults which one after the other */
    private record Variant(int dead, List<Fault> faults) {

        boolean isDead(int endpoint) {
            return dead > 0 && endpoint % (ENDPOINTS / dead) == ENDPOINTS / dead - 1;
        }

        String words() {
            if (dead == 0) {
                return "0";
            }
            return dead + ", "
                    + (faults.size() > 1
                            ? "all four kinds"
                            : faults.getFirst().name().toLowerCase(Locale.ROOT)
                                    .replace('_', ' '));
        }
    }

    private static final Variant NONE = new Variant(0, List.of());

    private IsolationBench() {}

    /** @throws IllegalArgumentException for options that are none */
    public static void run(Options options) throws Exception {
        boolean quick = options.quick();
        int warmup = options.number("warmup", quick ? 5 : 180);
        int measure = options.number("measure", quick ? 5 : 60);
        int runs = options.number("runs", 1);
        int events = options.number("events", quick ? 100 : 300);
        List<Integer> dead = options.numbers("dead", quick ? "100" : "10,100");
        dead.stream().filter(count -> ENDPOINTS % count != 0).findFirst().ifPresent(count -> {
            throw new IllegalArgumentException("--dead: " + count + " (expected: divisors of " + ENDPOINTS + ")");
        });
        boolean single = options.text("faults", quick ? "mixed" : "mixed,single").contains("single");
        options.root();
        options.requireAllRead();
        var results = new LinkedHashMap<Variant, List<List<PacedRun.Result>>>();
        try (var servers = new Servers(options)) {
            if (!quick) {
                // Broker, PostgreSQL and receivers stay for all runs, and are slower in the first one.
                measure(new Site(servers, "isolation"), NONE, 1, events, warmup, measure);
            }
            List<Variant> variants = variants(dead, single);
            for (int i = 0; i < runs * variants.size(); i++) {
                Variant variant = variants.get(i % variants.size());
                var site = new Site(servers, "isolation" + i);
                List<PacedRun.Result> run = measure(site, variant, When.values().length, events, warmup, measure);
                results.computeIfAbsent(variant, _ -> new ArrayList<>()).add(run);
                for (When when : When.values()) {
                    PacedRun.Result result = run.get(when.ordinal());
                    System.out.printf(Locale.ROOT, "%s, %s: p50 %.2f, p99 %.2f ms, %,.0f/s, %d missing%n",
                            variant.words(), when.words, result.found().latencies().median(),
                            result.found().latencies().percentile(99), result.window().perSecond(),
                            result.found().missing());
                }
            }
        }
        report(options, results, events, warmup, measure);
    }

    private static List<Variant> variants(List<Integer> dead, boolean single) {
        var variants = new ArrayList<Variant>();
        variants.add(NONE);
        dead.forEach(count -> variants.add(new Variant(count, ALL)));
        if (single) {
            ALL.forEach(fault -> variants.add(new Variant(100, List.of(fault))));
        }
        return variants;
    }

    /** Of the endpoints that stay healthy, in stretches: {@link When}. */
    private static List<PacedRun.Result> measure(Site site, Variant variant, int stretches, int events, int warmup,
            int measure) throws Exception {
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
                public void calm() throws SQLException {
                    site.disableEndpoints(ofWarmUp);
                }

                @Override
                public void begin(int stretch) throws IOException {
                    if (stretch == When.SINCE_ITS_BEGINNING.ordinal()) {
                        strike(receivers, variant);
                    }
                }
            };
            return new PacedRun(site, receivers, TENANTS, PER_TENANT, events, warmup, measure).run(stretches, course,
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

    private static void report(Options options, Map<Variant, List<List<PacedRun.Result>>> results, int events,
            int warmup, int measure) throws IOException {
        var report = new Report("isolation", options);
        report.line(
                "| dead | when | healthy: p50 ms | p99 ms | against none dead in the same run: p50, p99 | of the deliveries"
                        + " due, arrived in time | dispatcher's CPU us per delivery, cores | RSS MiB |");
        report.line("|---|---|---|---|---|---|---|---|");
        results.forEach((variant, runs) -> {
            double due = events * (PER_TENANT - variant.dead() / (double) TENANTS);
            for (When when : When.values()) {
                List<PacedRun.Result> found = runs.stream().map(run -> run.get(when.ordinal())).toList();
                report.line("| %s | %s | %s | %s | %s, %s | %.1f %% | %.0f, %.2f | %.0f |", variant.words(),
                        when.words, spread("%.2f", found, 50), spread("%.2f", found, 99),
                        against(runs, when, 50), against(runs, when, 99),
                        of(found, result -> result.window().perSecond() / due * 100).median(),
                        of(found, result -> result.window().cpuSeconds() * 1e6 / result.all()).median(),
                        of(found, result -> result.window().cores()).median(),
                        of(found, PacedRun.Result::residentMiB).median());
            }
        });
        List<PacedRun.Result> last = results.values().stream().map(List::getLast).toList().getLast();
        report.line("");
        report.line(
                "%,d endpoints of %d tenants, each a port of its own; %d call events/s, which are %,d deliveries/s; a fresh"
                        + " dispatcher (all roles), database and topic for each run; %d s of warm-up, then three times %d s"
                        + " measured: with none dead, from the moment in which they die, and while they are still dead. The same"
                        + " endpoints count in all three. A first run does not count, for broker and receivers. The"
                        + " warm-up begins with at least %,d deliveries/s; when a quarter of that time is over, %d further endpoints die in"
                        + " all four ways; for its last %d s those are disabled and the rate is the one measured. Dead ones are"
                        + " spread evenly over the tenants. The run with 0 dead tells how far the same differs from"
                        + " itself. From the broker's LogAppendTime (whole milliseconds) to the"
                        + " arrival of the request at a healthy receiver. Medians with the range over the runs of a kind;"
                        + " broker, PostgreSQL, receivers and dispatcher share the cores. Source late by at most %d ms; missing"
                        + " deliveries to healthy receivers: %d. Handed off in the last run: %s.",
                ENDPOINTS, TENANTS, events, events * PER_TENANT, warmup, measure, PacedRun.WARM_UP_PER_SECOND, FAILING,
                PacedRun.CALM_SECONDS,
                all(results).mapToLong(PacedRun.Result::lagMillis).max().orElse(0),
                all(results).mapToLong(result -> result.found().missing()).sum(), last.getLast().handedOff());
        report.publish();
    }

    private static Stream<PacedRun.Result> all(Map<Variant, List<List<PacedRun.Result>>> results) {
        return results.values().stream().flatMap(List::stream).flatMap(List::stream);
    }

    /** Each run against itself. */
    private static String against(List<List<PacedRun.Result>> runs, When when, double percent) {
        return new Samples(runs.stream()
                .mapToDouble(run -> (latency(run.get(when.ordinal()), percent)
                        / latency(run.get(When.NOT_YET.ordinal()), percent) - 1) * 100)
                .toArray()).spread("%+.0f %%");
    }

    private static Samples of(List<PacedRun.Result> runs, ToDoubleFunction<PacedRun.Result> what) {
        return new Samples(runs.stream().mapToDouble(what).toArray());
    }

    private static double latency(PacedRun.Result result, double percent) {
        return result.found().latencies().percentile(percent);
    }

    private static String spread(String format, List<PacedRun.Result> runs, double percent) {
        return of(runs, result -> latency(result, percent)).spread(format);
    }
}
