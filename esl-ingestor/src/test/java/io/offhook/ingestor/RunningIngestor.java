package io.offhook.ingestor;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.offhook.runtime.ServiceLauncher;
import io.offhook.testkit.freeswitch.SimulatedFreeSwitch;
import io.offhook.testkit.kafka.EmbeddedKafka;
import org.springframework.context.ConfigurableApplicationContext;

/** The whole ingestor in this process, on topics of its own, with short waits. */
final class RunningIngestor implements AutoCloseable {

    private final String prefix;
    private final String bootstrapServers;
    private final ConfigurableApplicationContext context;

    private RunningIngestor(String prefix, String bootstrapServers, ConfigurableApplicationContext context) {
        this.prefix = prefix;
        this.bootstrapServers = bootstrapServers;
        this.context = context;
    }

    /** @param more settings, over the short ones */
    static RunningIngestor start(EmbeddedKafka kafka, Path directory, Map<String, Object> more,
            SimulatedFreeSwitch... nodes) {
        var list = new StringBuilder();
        for (int i = 0; i < nodes.length; i++) {
            list.append(i == 0 ? "" : ",").append("fs").append(i + 1).append("=127.0.0.1:").append(nodes[i].port());
        }
        String prefix = "r" + UUID.randomUUID().toString().substring(0, 8) + ".";
        Map<String, Object> properties = new HashMap<>(Map.of("server.port", "0", "spring.kafka.bootstrap-servers",
                kafka.bootstrapServers(), "offhook.topic.prefix", prefix, "offhook.topic.partitions", "4",
                "offhook.freeswitch.nodes", list.toString(), "offhook.log.dir", directory.resolve(prefix).toString(),
                "offhook.spool.dir", directory.resolve(prefix + "spool").toString()));
        properties.putAll(Map.of("offhook.reconciliation.snapshot-delay", "50ms",
                "offhook.reconciliation.question-interval", "200ms", "offhook.reconciliation.retry", "100ms",
                "offhook.reconciliation.inference-hold", "200ms", "offhook.reconciliation.closing-hold", "1s",
                "offhook.reconciliation.originate-search", "1s", "offhook.cdr.hold", "1s"));
        properties.putAll(more);
        return new RunningIngestor(prefix, kafka.bootstrapServers(),
                new ServiceLauncher(IngestorApplication.NAME, IngestorApplication.class).start(properties));
    }

    TopicReader events() {
        return new TopicReader(bootstrapServers, prefix + "call.events");
    }

    /** The sum over all labels; 0 while there is none. */
    double count(String meter) {
        return meters().find(meter).counters().stream().mapToDouble(counter -> counter.count()).sum();
    }

    double gauge(String meter) {
        return meters().find(meter).gauges().stream().mapToDouble(Gauge::value).sum();
    }

    int port() {
        return Integer.parseInt(context.getEnvironment().getProperty("local.server.port"));
    }

    private MeterRegistry meters() {
        return context.getBean(MeterRegistry.class);
    }

    @Override
    public void close() {
        context.close();
    }
}
