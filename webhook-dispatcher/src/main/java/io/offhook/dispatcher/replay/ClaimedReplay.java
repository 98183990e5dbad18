package io.offhook.dispatcher.replay;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

import io.offhook.model.CallAction;
import io.offhook.runtime.events.EventRange;

/**
 * A replay that this dispatcher runs.
 *
 * @param lease fences its saves: one claimed again by another dispatcher is that one's
 * @param failed how many events of it were handed off in earlier runs
 */
record ClaimedReplay(UUID id, UUID lease, UUID endpointId, Instant from, Instant to, Optional<String> uuid,
        Optional<CallAction> action, boolean dryRun, long matched, long delivered, long failed) {

    EventRange range() {
        return new EventRange(from, Optional.of(to), uuid);
    }
}
