package io.offhook.dispatcher.live;

import java.util.EnumMap;
import java.util.Map;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.offhook.model.CallAction;

/** What the live path counts. */
final class LiveMetrics {

    private final Map<CallAction, Counter> events = new EnumMap<>(CallAction.class);
    private final Counter duplicates;
    private final Counter foreign;
    private final Counter expired;

    LiveMetrics(MeterRegistry registry) {
        for (CallAction action : CallAction.values()) {
            events.put(action, Counter.builder("offhook.dispatcher.events").description("call events read")
                    .tag("action", action.wireName()).register(registry));
        }
        this.duplicates = Counter.builder("offhook.dispatcher.duplicates")
                .description("records whose event was read before")
                .register(registry);
        this.expired = Counter.builder("offhook.dispatcher.events.expired")
                .description("events that the topic dropped before they were delivered").register(registry);
        this.foreign = Counter.builder("offhook.dispatcher.foreign.records")
                .description("records that are no call events")
                .register(registry);
    }

    void event(CallAction action) {
        events.get(action).increment();
    }

    void expired(long events) {
        expired.increment(events);
    }

    void duplicate() {
        duplicates.increment();
    }

    void notACallEvent() {
        foreign.increment();
    }
}
