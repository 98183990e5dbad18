package io.offhook.bench.dispatch;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;

import io.offhook.bench.ReadTopic;
import io.offhook.bench.ServiceProcess;
import io.offhook.bench.Usage;
import io.offhook.bench.ingestor.CallPacer;
import org.apache.kafka.common.TopicPartition;

/**
 * One dispatcher at a steady rate of events. A service runs for weeks and compiles in its first minutes: so the warm-up begins with a
 * higher rate, and what is measured is not the compiler.
 */
final class PacedRun {

    /** At the rate of many runs, 1,000 a second, the compiler had not done after a minute: it took a third of a core. */
    static final int WARM_UP_PER_SECOND = 1_500;
    /** The end of the warm-up has the rate that is measured; what was left over is done by then. */
    static final int CALM_SECONDS = 40;
    /** Which part of the time with the higher rate is over before the dispatcher counts as warm. */
    private static final int COLD_PART = 4;
    /** What was not delivered so long after the last event is missing. */
    private static final int PATIENCE_SECONDS = 3;

    private final Site site;
    private final Receivers receivers;
    private final int tenants;
    private final int endpointsPerTenant;
    private final double eventsPerSecond;
    private final int warmup;
    private final int measure;

    PacedRun(Site site, Receivers receivers, int tenants, int endpointsPerTenant, double eventsPerSecond, int warmup,
            int measure) {
        this.site = site;
        this.receivers = receivers;
        this.tenants = tenants;
        this.endpointsPerTenant = endpointsPerTenant;
        this.eventsPerSecond = eventsPerSecond;
        this.warmup = warmup;
        this.measure = measure;
    }

    /** What happens at the moments of the run. */
    interface Course {

        Course UNEVENTFUL = new Course() {
        };

        /** A part of the higher rate is over: what is slow at first has been compiled. */
        default void warm() throws Exception {}

        /** The rate becomes the one that is measured. */
        default void calm() throws Exception {}

        /** A stretch of the time measured begins, the first being 0. */
        default void begin(int stretch) throws Exception {}
    }

    /**
     * What was measured in a stretch of time.
     *
     * @param window of the deliveries that count
     * @param all deliveries answered in the time, those that do not count included
     * @param heapMiB in use after a full collection, at the end of the run
     * @param handedOff deliveries by reason, in the whole run
     * @param lagMillis how late the source of events was at worst, in the whole run
     */
    record Result(Arrivals.Found found, Window window, long all, long residentMiB, double heapMiB,
            Map<String, Integer> handedOff,
            long lagMillis) {}

    /** @param all deliveries answered in the time */
    private record Stretch(long beginMicros, long endMicros, double cpuSeconds, long all, long residentMiB) {}

    /**
     * @param stretches of the time measured, one behind the other
     * @param counts which endpoints do, by number
     * @return of each stretch
     */
    List<Result> run(int stretches, Course course, IntPredicate counts) throws Exception {
        // A leg is answered a second after its begin, and ends a second after that.
        var stock = new EventStock(site.topics().callEvents(), tenants, (int) Math.max(1, eventsPerSecond));
        int calm = warmup - hot() + stretches * measure;
        var arrivals = new Arrivals(stock, endpointsPerTenant,
                (int) (warmupRate() * hot() + eventsPerSecond * calm + 1));
        try (ServiceProcess dispatcher = site.dispatcher(Map.of("OFFHOOK_DISPATCHER_ROLES", "live,retry,persist"));
                var source = new EventSource(site.brokers(), stock);
                ReadTopic topic = site.events()) {
            Site.awaitPartitions(dispatcher, Site.PARTITIONS);
            receivers.listen(arrivals);
            Map<TopicPartition, Long> from = topic.ends();
            CompletableFuture<Void> load = load(source, calm);
            TimeUnit.SECONDS.sleep(hot() / COLD_PART);
            course.warm();
            TimeUnit.SECONDS.sleep(hot() - hot() / COLD_PART);
            course.calm();
            TimeUnit.SECONDS.sleep(warmup - hot());
            var measured = new ArrayList<Stretch>();
            for (int i = 0; i < stretches; i++) {
                course.begin(i);
                measured.add(stretch(dispatcher));
            }
            load.join();
            TimeUnit.SECONDS.sleep(PATIENCE_SECONDS);
            double heap = dispatcher.heapMiB();
            Map<String, Integer> handedOff = site.handedOff();
            return measured.stream().map(stretch -> {
                Arrivals.Found found = arrivals.in(topic, from, stretch.beginMicros, stretch.endMicros, counts);
                return new Result(found,
                        new Window((stretch.endMicros - stretch.beginMicros) / 1e6, found.arrived(),
                                stretch.cpuSeconds),
                        stretch.all, stretch.residentMiB, heap, handedOff, source.maxLagMillis());
            }).toList();
        }
    }

    private Stretch stretch(ServiceProcess dispatcher) throws IOException, InterruptedException {
        long begin = CallPacer.nowMicros();
        double cpu = Usage.cpuSeconds(dispatcher.pid());
        long answered = receivers.answered();
        TimeUnit.SECONDS.sleep(measure);
        return new Stretch(begin, CallPacer.nowMicros(), Usage.cpuSeconds(dispatcher.pid()) - cpu,
                receivers.answered() - answered, Usage.residentMiB(dispatcher.pid()));
    }

    /** Events a second. */
    private double warmupRate() {
        return Math.max(eventsPerSecond, WARM_UP_PER_SECOND / (double) endpointsPerTenant);
    }

    /** Seconds with that rate; a short warm-up has none. */
    private int hot() {
        return Math.max(0, warmup - CALM_SECONDS);
    }

    private CompletableFuture<Void> load(EventSource source, int calmSeconds) {
        var played = new CompletableFuture<Void>();
        Thread.ofPlatform().name("load").start(() -> {
            try {
                source.pace(warmupRate(), hot());
                source.pace(eventsPerSecond, calmSeconds);
                played.complete(null);
            } catch (Exception e) {
                // Told to whoever waits for the end.
                played.completeExceptionally(new CompletionException(e));
            }
        });
        return played;
    }
}
