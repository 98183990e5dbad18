package io.offhook.bench.ingestor;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.offhook.bench.ReadTopic;
import io.offhook.bench.Samples;
import io.offhook.bench.Usage;
import io.offhook.testkit.kafka.TestTopics;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The yardstick of the ingestor, a process of its own: a producer with the same settings that writes the same records at the same rate
 * and does nothing else. Arguments: brokers, source topic, records per second, seconds of warm-up, seconds measured.
 */
final class BareProducer {

    /** Begins the line with the result: records, CPU seconds, MiB resident, p50 and p99 in milliseconds. */
    static final String RESULT = "measured ";
    private static final String TOPIC = "bench.bare";
    private static final int MAX_RECORDS = 50_000;
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final KafkaProducer<byte[], byte[]> producer;
    private final List<ConsumerRecord<byte[], byte[]>> records;
    private final long[] latencies;
    private int acknowledged;

    private BareProducer(String brokers, List<ConsumerRecord<byte[], byte[]>> records, int most) {
        this.records = records;
        this.latencies = new long[most];
        // As io.offhook.ingestor.publish.EventProducer has it.
        producer = new KafkaProducer<>(new HashMap<>(Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers,
                ProducerConfig.ACKS_CONFIG, "all", ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true,
                ProducerConfig.LINGER_MS_CONFIG, 1,
                ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class,
                ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class)));
    }

    public static void main(String[] arguments) throws Exception {
        String brokers = arguments[0];
        var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
        try (var source = new ReadTopic(brokers, arguments[1])) {
            source.readAll(() -> records.size() >= MAX_RECORDS, records::add);
            makeTopic(brokers, source.partitions());
        }
        double rate = Double.parseDouble(arguments[2]);
        long warmup = TimeUnit.SECONDS.toNanos(Long.parseLong(arguments[3]));
        long measure = TimeUnit.SECONDS.toNanos(Long.parseLong(arguments[4]));
        new BareProducer(brokers, records, (int) (rate * measure / 1e9) + 1).run(rate, warmup, measure);
    }

    private static void makeTopic(String brokers, int partitions) throws InterruptedException, ExecutionException {
        try (var admin = Admin.create(Map.of("bootstrap.servers", brokers))) {
            if (!admin.listTopics().names().get().contains(TOPIC)) {
                TestTopics.make(brokers, new NewTopic(TOPIC, partitions, (short) 1)
                        .configs(Map.of("message.timestamp.type", "LogAppendTime")));
            }
        }
    }

    private void run(double rate, long warmup, long measure) throws IOException {
        pace(rate, warmup, false);
        long pid = ProcessHandle.current().pid();
        double before = Usage.cpuSeconds(pid);
        pace(rate, measure, true);
        double cpu = Usage.cpuSeconds(pid) - before;
        producer.flush();
        long resident = Usage.residentMiB(pid);
        producer.close();
        synchronized (latencies) {
            var samples = new Samples(Arrays.stream(latencies, 0, acknowledged).asDoubleStream().toArray());
            System.out.printf(Locale.ROOT, RESULT + "%d %.3f %d %.2f %.2f%n", acknowledged, cpu, resident,
                    samples.median() / 1e6, samples.percentile(99) / 1e6);
        }
    }

    private void pace(double rate, long nanos, boolean measured) {
        long begin = System.nanoTime();
        long sent = 0;
        long now = 0;
        while (now < nanos) {
            for (; sent / rate * 1e9 <= now; sent++) {
                send(records.get((int) (sent % records.size())), measured);
            }
            LockSupport.parkNanos(TICK_NANOS);
            now = System.nanoTime() - begin;
        }
    }

    private void send(ConsumerRecord<byte[], byte[]> record, boolean measured) {
        long at = System.nanoTime();
        producer.send(new ProducerRecord<>(TOPIC, null, record.key(), record.value(), record.headers()),
                (_, failure) -> {
                    if (failure != null) {
                        throw new IllegalStateException(failure);
                    }
                    synchronized (latencies) {
                        if (measured && acknowledged < latencies.length) {
                            latencies[acknowledged++] = System.nanoTime() - at;
                        }
                    }
                });
    }
}
