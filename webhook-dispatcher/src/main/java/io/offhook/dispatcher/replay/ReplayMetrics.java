package io.offhook.dispatcher.replay;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** What all replays of this dispatcher come to. */
final class ReplayMetrics {

    private final Counter delivered;
    private final Counter failed;

    ReplayMetrics(MeterRegistry meters) {
        this.delivered = outcome(meters, "delivered");
        this.failed = outcome(meters, "failed");
    }

    private static Counter outcome(MeterRegistry meters, String outcome) {
        return Counter.builder("offhook.dispatcher.replay.events").description("events of replays, by how they ended")
                .tag("outcome", outcome).register(meters);
    }

    void delivered() {
        delivered.increment();
    }

    void failed() {
        failed.increment();
    }
}
