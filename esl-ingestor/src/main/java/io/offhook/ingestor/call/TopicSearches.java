package io.offhook.ingestor.call;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

import io.offhook.ingestor.call.TrackedLeg.Search;

/** Legs of which the topic must be asked, and is asked again, before more is said of them. */
final class TopicSearches {

    private static final long ASK_AGAIN_MILLIS = 500;

    private final Set<TrackedLeg> waiting = new LinkedHashSet<>();

    /**
     * @param sinceMillis append time to read from, milliseconds since the epoch
     * @param patienceMillis how long a leg that the topic does not know is asked for again
     */
    Search begin(TrackedLeg leg, long sinceMillis, long patienceMillis, long nowMillis) {
        leg.search = new Search(sinceMillis, nowMillis + patienceMillis, nowMillis);
        waiting.add(leg);
        return leg.search;
    }

    boolean isEmpty() { return waiting.isEmpty(); }

    /** What is to be asked now, by the leg's first name, with the time to read from. It is asked once, unless {@link #again}. */
    Map<String, Long> due(long nowMillis) {
        var questions = new LinkedHashMap<String, Long>();
        waiting.removeIf(leg -> {
            boolean due = leg.search.askAtMillis <= nowMillis;
            if (due) {
                questions.put(leg.names.getFirst(), leg.search.sinceMillis);
            }
            return due;
        });
        return questions;
    }

    /** The topic does not know the leg. @return whether it is asked again in a moment */
    boolean again(TrackedLeg leg, long nowMillis) {
        boolean again = nowMillis < leg.search.giveUpMillis;
        if (again) {
            leg.search.askAtMillis = nowMillis + ASK_AGAIN_MILLIS;
            waiting.add(leg);
        }
        return again;
    }
}
