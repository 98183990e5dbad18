package io.offhook.bench.ingestor;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;

import io.offhook.bench.ReadTopic;
import io.offhook.bench.Samples;
import io.offhook.bench.Usage;
import io.offhook.ingestor.publish.TopicEvents;
import io.offhook.model.CallEventBody;
import io.offhook.model.CallEventCodec;
import io.offhook.model.Topics;
import io.offhook.testkit.process.JavaCommand;
import io.offhook.testkit.process.JavaProcess;
import org.apache.kafka.common.TopicPartition;

/** Plays one rate after the other and looks at what the processes use meanwhile. */
final class Load {

    private static final int EVENTS_PER_LEG = 3;
    private static final long ARRIVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

    private record Moment(long nanos, long micros, double ingestorCpu, double kafkaCpu, double loadCpu, long sent,
            IngestorProcess.Counters counters) {}

    private final IngestorProcess ingestor;
    private final ReadTopic topic;
    private final List<ReplayedNode> nodes;
    private final int warmupSeconds;
    private final int measureSeconds;
    private final long kafkaPid = Usage.child("KafkaNode");

    Load(IngestorProcess ingestor, ReadTopic topic, List<ReplayedNode> nodes, int warmupSeconds,
            int measureSeconds) {
        this.ingestor = ingestor;
        this.topic = topic;
        this.nodes = nodes;
        this.warmupSeconds = warmupSeconds;
        this.measureSeconds = measureSeconds;
    }

    Step run(EventTypes types, int callsPerNode) throws IOException, InterruptedException {
        Map<TopicPartition, Long> before = topic.ends();
        var pacer = new CallPacer(CallScript.of(types), nodes);
        var played = new CompletableFuture<Long>();
        // The last calls begin a second after the time measured: it has calls at all their stages.
        long nanos = TimeUnit.SECONDS.toNanos(warmupSeconds + measureSeconds + 1L);
        Thread.ofPlatform().name("load").start(() -> {
            try {
                played.complete(pacer.play((double) callsPerNode * nodes.size(), nanos));
            } catch (IOException | RuntimeException e) {
                // The ingestor has closed a connection: it did not keep up.
                played.completeExceptionally(e);
            }
        });
        TimeUnit.SECONDS.sleep(warmupSeconds);
        Moment begin = moment(pacer);
        TimeUnit.SECONDS.sleep(measureSeconds);
        Moment end = moment(pacer);
        long resident = Usage.residentMiB(ingestor.pid());
        boolean complete = awaitAll(played, before);
        double seconds = (end.nanos - begin.nanos) / 1e9;
        return new Step(types, callsPerNode, seconds, (end.sent - begin.sent) / seconds,
                (end.counters.published() - begin.counters.published()) / seconds, end.ingestorCpu - begin.ingestorCpu,
                end.kafkaCpu - begin.kafkaCpu, end.loadCpu - begin.loadCpu, resident,
                appended(before, begin.micros, end.micros), end.counters.latency().since(begin.counters.latency()),
                pacer.maxLagMillis(), complete);
    }

    private Moment moment(CallPacer pacer) throws IOException, InterruptedException {
        return new Moment(System.nanoTime(), CallPacer.nowMicros(), Usage.cpuSeconds(ingestor.pid()),
                Usage.cpuSeconds(kafkaPid), Usage.cpuSeconds(ProcessHandle.current().pid()), pacer.sentEvents(),
                ingestor.counters());
    }

    private boolean awaitAll(CompletableFuture<Long> played, Map<TopicPartition, Long> before)
            throws InterruptedException {
        if (played.handle((_, failure) -> failure != null).join()) {
            return false;
        }
        long wanted = ReadTopic.records(before) + played.join() * CallScript.LEGS * EVENTS_PER_LEG;
        long until = System.nanoTime() + ARRIVAL_NANOS;
        while (ReadTopic.records(topic.ends()) < wanted && System.nanoTime() < until) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
        return ReadTopic.records(topic.ends()) == wanted;
    }

    /** From socket write to append of what was sent in the time. */
    private Samples appended(Map<TopicPartition, Long> before, long fromMicros, long toMicros) {
        var body = new CallEventBody();
        var latencies = DoubleStream.builder();
        topic.read(before, () -> false, record -> {
            long sent = TopicEvents.of(CallEventCodec.fromRecord(record.key(), record.value(), record.headers()), body)
                    .event().atMicros();
            if (sent >= fromMicros && sent < toMicros) {
                latencies.add(record.timestamp() - sent / 1000);
            }
        });
        double[] all = latencies.build().toArray();
        return all.length == 0 ? new Samples(Double.POSITIVE_INFINITY) : new Samples(all);
    }

    /** A bare producer at the rate of a step, in words. */
    String yardstick(Step step, String brokers) {
        JavaCommand command = JavaCommand.mainClass(BareProducer.class).jvmOptions(IngestorProcess.HEAP,
                "--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED")
                .arguments(brokers, new Topics(Topics.DEFAULT_PREFIX).callEvents(),
                        String.format(Locale.ROOT, "%.3f", step.published()), Integer.toString(warmupSeconds),
                        Integer.toString(measureSeconds));
        try (JavaProcess producer = command.start()) {
            String line = producer.waitForLine(Pattern.compile("^" + BareProducer.RESULT),
                    Duration.ofSeconds(60L + warmupSeconds + measureSeconds));
            String[] words = line.substring(line.indexOf(BareProducer.RESULT) + BareProducer.RESULT.length()).strip()
                    .split(" ");
            double records = Double.parseDouble(words[0]);
            double cpu = Double.parseDouble(words[1]);
            return String.format(Locale.ROOT,
                    "Yardstick at %,.0f call events/s: a bare producer of the same records uses"
                            + " %.4f CPU s per 1,000 of them, %s MiB, and has its acknowledgement after p50 %s ms, p99 %s ms;"
                            + " the ingestor %.4f CPU s per 1,000 call events, all that it decodes included.",
                    step.published(), cpu / records * 1000, words[2], words[3], words[4],
                    step.ingestorCpu() / (step.published() * step.seconds()) * 1000);
        }
    }
}
