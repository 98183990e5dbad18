package io.offhook.dispatcher.replay;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

import io.offhook.model.CallAction;
import io.offhook.model.CallEventMessage;

/**
 * The legs of one partition whose later events must follow an earlier one to the retry topic, so that they do not pass it. A leg is
 * forgotten with its hangup, so there are as many as calls were open; when there are too many, all legs count as handed off, which
 * costs time and never order.
 */
final class HandedOffLegs {

    /** About 10 MB. */
    static final int MAX = 100_000;

    private final Set<String> legs = new HashSet<>();
    private boolean all;

    /** @param known legs that earlier runs handed off, up to one more than the bound */
    HandedOffLegs(Collection<String> known) {
        known.forEach(this::add);
    }

    private void add(String leg) {
        if (legs.size() < MAX) {
            legs.add(leg);
        } else {
            all = true;
        }
    }

    void handOff(CallEventMessage message) {
        if (message.action() != CallAction.HANGUP) {
            add(leg(message));
        }
    }

    /** Whether an earlier event of the message's leg may be on the retry path. */
    boolean precede(CallEventMessage message) {
        return message.action() != CallAction.ORIGINATE && (all || legs.contains(leg(message)));
    }

    /** The message is done with. */
    void passed(CallEventMessage message) {
        if (message.action() == CallAction.HANGUP) {
            legs.remove(leg(message));
        }
    }

    /** The id without its action. */
    static String leg(CallEventMessage message) {
        String id = message.id().value();
        return id.substring(0, Math.max(0, id.lastIndexOf('_')));
    }
}
