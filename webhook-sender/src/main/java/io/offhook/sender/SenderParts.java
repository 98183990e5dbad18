package io.offhook.sender;

import java.time.InstantSource;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** What all attempts of a sender share. */
record SenderParts(EgressGuard guard, Connector connector, IdleConnections idle, WebhookHeaders headers,
        Targets targets,
        ScheduledExecutorService timer, LongAdder reused, InstantSource clock) {

    ScheduledFuture<?> after(long nanos, Runnable event) {
        return timer.schedule(event, nanos, TimeUnit.NANOSECONDS);
    }
}
