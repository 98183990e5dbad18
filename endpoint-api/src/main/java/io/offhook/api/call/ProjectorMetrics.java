package io.offhook.api.call;

import java.util.concurrent.atomic.AtomicLong;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** What an operator sees of the projector. */
final class ProjectorMetrics {

    final Counter projected;
    final Counter duplicates;
    final Counter passedOver;
    final Counter gone;
    /** Records of this process's partitions that are not in the table yet. */
    final AtomicLong behind = new AtomicLong();

    ProjectorMetrics(MeterRegistry meters) {
        projected = Counter.builder("offhook.api.calls.projected")
                .description("events that the table of calls has taken").register(meters);
        duplicates = Counter.builder("offhook.api.calls.duplicates")
                .description("records of the events topic that repeat an event").register(meters);
        passedOver = Counter.builder("offhook.api.calls.passed.over")
                .description("records and legs that cannot become rows").register(meters);
        gone = Counter.builder("offhook.api.calls.gone")
                .description("records that the topic had dropped before the table of calls had them").register(meters);
        Gauge.builder("offhook.api.calls.behind", behind, AtomicLong::get)
                .description("records that the table of calls does not have yet").register(meters);
    }
}
