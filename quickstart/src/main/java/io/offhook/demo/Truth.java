package io.offhook.demo;

import java.util.ArrayList;
import java.util.List;

import io.offhook.testkit.freeswitch.LegTruth;

/**
 * A leg that has ended, as it was. Times are microseconds since the epoch.
 *
 * @param answerMicros 0 when nobody answered
 */
record Truth(String uuid, long startMicros, long answerMicros, long endMicros, String cause) {

    static Truth of(LegTruth leg) {
        return new Truth(leg.uuid(), leg.createdMicros(), leg.answeredMicros(), leg.hangupMicros(), leg.hangupCause());
    }

    /** Ids of the events that there have to be, in their order. */
    List<String> owed() {
        var ids = new ArrayList<String>(3);
        ids.add(uuid + "_originate");
        if (answerMicros > 0) {
            ids.add(uuid + "_answer");
        }
        ids.add(uuid + "_hangup");
        return ids;
    }

    /** What the event of that id has to say, in the form of {@link Receipt#told}. */
    String told(String eventId) {
        return switch (eventId.substring(eventId.lastIndexOf('_') + 1)) {
            case "originate" -> Long.toString(startMicros);
            case "answer" -> Long.toString(answerMicros);
            default -> startMicros + " " + answerMicros + " " + endMicros + " " + cause;
        };
    }
}
