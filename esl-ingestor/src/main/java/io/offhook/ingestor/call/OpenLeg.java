package io.offhook.ingestor.call;

import java.util.List;

import io.offhook.model.CallAction;
import io.offhook.model.LegIdentity;

/**
 * A leg that has begun and not ended, as it outlives the ingestor: what is needed to go on with it.
 *
 * @param names the uuids that the channel has borne, its first one first
 * @param core {@code Core-UUID} of the process that has the leg, {@code null} when unknown
 * @param answerStart microseconds since the epoch, 0 while not answered
 * @param published the last event that is known to stand in the topic, {@code null} for none
 */
public record OpenLeg(LegIdentity identity, List<String> names, String node, String core, String tenant,
        String callId, long callStart, long answerStart, boolean reuse, CallAction published) {

    public OpenLeg {
        names = List.copyOf(names);
    }

    /** The same leg, of which more is known to be published. */
    public OpenLeg publishedUpTo(CallAction action, long answeredAt) {
        boolean further = published == null || action.legSequence() > published.legSequence();
        return new OpenLeg(identity, names, node, core, tenant, callId, callStart,
                answerStart > 0 ? answerStart : answeredAt, reuse, further ? action : published);
    }
}
