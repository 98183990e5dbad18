package io.offhook.bench.decode;

import java.util.Set;

import io.offhook.testkit.freeswitch.Capture;

/** Which events of the captures. */
public enum Mix {
    /** Those that the ingestor subscribes to. */
    SUBSCRIBED,
    /** All that FreeSWITCH has. */
    ALL;

    private static final Set<String> SUBSCRIPTION = Set.of("CHANNEL_CREATE", "CHANNEL_ORIGINATE", "CHANNEL_ANSWER",
            "CHANNEL_HANGUP_COMPLETE", "CHANNEL_UUID", "HEARTBEAT", "SHUTDOWN");

    boolean has(Capture.Frame frame) {
        return frame.event() != null && (this == ALL || SUBSCRIPTION.contains(frame.event().name()));
    }
}
