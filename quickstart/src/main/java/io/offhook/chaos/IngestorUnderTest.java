package io.offhook.chaos;

import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** One ingestor, and the nodes that it listens to. */
final class IngestorUnderTest extends ServiceUnderTest {

    private final Map<String, String> nodes = new HashMap<>();

    /** @param settings variables of the environment */
    IngestorUnderTest(String name, Path jar, Path directory, Map<String, String> settings, Patience patience) {
        super(name, jar, directory, settings, patience);
        // A full queue of a node takes 20,000 events of 9 kB.
        command().addJvmOptions("-Xmx512m");
    }

    /** Where FreeSWITCH posts its CDRs, while this ingestor runs. */
    URI cdrUrl() {
        return url("/cdr");
    }

    /** To be called before the start. */
    IngestorUnderTest listensTo(String node, int nodePort) {
        nodes.put(node, "127.0.0.1:" + nodePort);
        command().environment("OFFHOOK_FREESWITCH_NODES", String.join(",",
                nodes.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue()).toList()));
        return this;
    }

    IngestorUnderTest listensTo(Node node) {
        return listensTo(node.name(), node.freeSwitch().port());
    }

    boolean isUp(Node node) {
        return metric("offhook_ingestor_node_up", "node=\"" + node.name() + "\"") == 1;
    }

    /** Whether it owes Kafka nothing and follows no leg. */
    boolean isIdle() {
        return metric("offhook_ingestor_unacknowledged") == 0 && metric("offhook_ingestor_spool_events") == 0
                && metric("offhook_ingestor_legs_open") == 0;
    }
}
