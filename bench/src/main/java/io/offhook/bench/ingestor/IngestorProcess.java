package io.offhook.bench.ingestor;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.offhook.bench.Histogram;
import io.offhook.bench.ServiceProcess;

/** The ingestor as it is shipped, listening to the replayed nodes. */
public final class IngestorProcess implements AutoCloseable {

    /** As its operator may set it; the compiler and the collector are the JVM's own choice. */
    static final String HEAP = ServiceProcess.HEAP;

    private final ServiceProcess service;

    /** What its counters say. */
    record Counters(double events, double published, Histogram latency) {}

    public IngestorProcess(Path jar, Path directory, String brokers, List<ReplayedNode> nodes) throws IOException {
        var entries = new ArrayList<String>();
        for (ReplayedNode node : nodes) {
            entries.add("fs" + (entries.size() + 1) + "=127.0.0.1:" + node.port());
        }
        service = new ServiceProcess(jar, directory,
                Map.of("SPRING_KAFKA_BOOTSTRAP_SERVERS", brokers, "OFFHOOK_FREESWITCH_NODES",
                        String.join(",", entries), "OFFHOOK_SPOOL_DIR", directory.resolve("spool").toString()));
        service.awaitReady();
        service.await("a subscription at each node", () -> nodes.stream().allMatch(ReplayedNode::isSubscribed));
    }

    long pid() {
        return service.pid();
    }

    Counters counters() {
        String page = service.metrics();
        return new Counters(ServiceProcess.sum(page, "offhook_ingestor_events_total"),
                ServiceProcess.sum(page, "offhook_ingestor_published_total"),
                Histogram.of(page, "offhook_ingestor_latency_seconds"));
    }

    @Override
    public void close() {
        service.close();
    }
}
