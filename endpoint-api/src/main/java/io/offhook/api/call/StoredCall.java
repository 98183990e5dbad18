package io.offhook.api.call;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import io.offhook.model.CallAction;

/**
 * A row of {@code calls} as it is read.
 *
 * @param offsets by {@link CallAction#legSequence()}; {@code null}: not seen
 * @param reconciled bits by {@link CallAction#legSequence()}
 */
record StoredCall(UUID id, Call call, int partition, Long[] offsets, int reconciled) {

    /** An event that was seen. */
    record Event(String id, CallAction action, Instant at, boolean reconciled, int partition, long offset) {}

    /** In the order of a leg's life. */
    List<Event> events() {
        var events = new ArrayList<Event>();
        for (CallAction action : CallAction.values()) {
            Long offset = offsets[action.legSequence()];
            if (offset != null) {
                Instant at = switch (action) {
                    case ORIGINATE -> call.callStart();
                    case ANSWER -> call.answerStart();
                    case HANGUP -> call.callEnd();
                };
                events.add(new Event(call.leg() + "_" + action.wireName(), action, at,
                        (reconciled & 1 << action.legSequence()) != 0, partition, offset));
            }
        }
        return events;
    }
}
