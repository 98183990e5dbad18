package io.offhook.bench.ingestor;

import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** Which events a replayed node sends of each call. */
public enum EventTypes {
    /** Those that the ingestor asks for: a FreeSWITCH sends no others. */
    SUBSCRIBED(Set.of()),
    /** All eleven that tell of a channel's life, as if somebody had asked for them: 18 of a bridged call. */
    ELEVEN(Set.of("CHANNEL_OUTGOING", "CHANNEL_PROGRESS", "CHANNEL_PROGRESS_MEDIA", "CHANNEL_BRIDGE",
            "CHANNEL_UNBRIDGE", "CHANNEL_HANGUP", "CHANNEL_DESTROY"));

    private static final Set<String> OF_A_CALL = Set.of("CHANNEL_CREATE", "CHANNEL_ORIGINATE", "CHANNEL_ANSWER",
            "CHANNEL_HANGUP_COMPLETE");

    private final Set<String> more;

    EventTypes(Set<String> more) {
        this.more = more;
    }

    boolean has(String eventName) {
        return OF_A_CALL.contains(eventName) || more.contains(eventName);
    }

    /** @throws IllegalArgumentException for a word that is none */
    static EventTypes of(String word) {
        for (EventTypes types : values()) {
            if (types.word().equals(word)) {
                return types;
            }
        }
        throw new IllegalArgumentException("--types: " + word + " (expected: subscribed, eleven, or both of them with a"
                + " comma)");
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        var names = new TreeSet<>(OF_A_CALL);
        names.addAll(more);
        return String.join(", ", names);
    }
}
