package io.offhook.bench.dispatch;

import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.DoubleStream;

import io.offhook.bench.ReadTopic;
import io.offhook.bench.Samples;
import io.offhook.bench.ingestor.CallPacer;
import org.apache.kafka.common.TopicPartition;

/** When each delivery arrived first. Each tenant has the same number of endpoints, one behind the other. */
final class Arrivals implements Receivers.Listener {

    private final EventStock stock;
    private final int perTenant;
    private final long[] micros;

    /** @param events at most; those beyond are not noted */
    Arrivals(EventStock stock, int perTenant, int events) {
        this.stock = stock;
        this.perTenant = perTenant;
        this.micros = new long[events * perTenant];
    }

    @Override
    public void received(int receiver, byte[] bytes, int at, int length) {
        int delivery = stock.numberOf(bytes, at, length) * perTenant + receiver % perTenant;
        if (delivery < micros.length && micros[delivery] == 0) {
            micros[delivery] = CallPacer.nowMicros();
        }
    }

    /**
     * @param latencies milliseconds from append to arrival, of events appended in the time; infinite for what never arrived
     * @param arrived deliveries that arrived in the time, whenever they were appended
     * @param missing of those appended in the time
     */
    record Found(Samples latencies, long arrived, long missing) {}

    /**
     * Looks at the deliveries to endpoints that count.
     *
     * @param counts by number of the endpoint: tenant * endpoints per tenant + number within the tenant
     */
    Found in(ReadTopic topic, Map<TopicPartition, Long> from, long fromMicros, long toMicros, IntPredicate counts) {
        long[] missing = {0};
        var latencies = DoubleStream.builder();
        topic.read(from, () -> false, record -> {
            int event = stock.numberOf(record.value(), 0, record.value().length);
            long appended = record.timestamp() * 1000;
            for (int i = 0; i < perTenant; i++) {
                if (appended >= fromMicros && appended < toMicros
                        && counts.test(stock.tenantOf(event) * perTenant + i)) {
                    long at = micros[event * perTenant + i];
                    latencies.add(at == 0 ? Double.POSITIVE_INFINITY : (at - appended) / 1000.0);
                    missing[0] += at == 0 ? 1 : 0;
                }
            }
        });
        long arrived = 0;
        for (int i = 0; i < micros.length; i++) {
            boolean counted = counts.test(stock.tenantOf(i / perTenant) * perTenant + i % perTenant);
            arrived += counted && micros[i] >= fromMicros && micros[i] < toMicros ? 1 : 0;
        }
        return new Found(new Samples(latencies.build().toArray()), arrived, missing[0]);
    }
}
