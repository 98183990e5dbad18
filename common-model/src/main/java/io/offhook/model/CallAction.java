package io.offhook.model;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What happened to a leg. The order of the constants is the order of a leg's life, and {@link #legSequence()} counts it. */
public enum CallAction {
    ORIGINATE, ANSWER, HANGUP;

    private static final String TYPE_PREFIX = "offhook.call.";
    private static final Map<String, CallAction> BY_EVENT_TYPE = Arrays.stream(values())
            .collect(Collectors.toUnmodifiableMap(CallAction::eventType, action -> action));

    private final String wireName = name().toLowerCase(Locale.ROOT);
    private final String eventType = TYPE_PREFIX + wireName;

    /** {@code originate}, {@code answer} or {@code hangup}: the body's {@code action}, and the tail of the event's id and type. */
    public String wireName() {
        return wireName;
    }

    /** The CloudEvents {@code type}, such as {@code offhook.call.answer}. */
    public String eventType() {
        return eventType;
    }

    /** 0 originate, 1 answer, 2 hangup: the CloudEvents extension {@code legsequence}. */
    public int legSequence() {
        return ordinal();
    }

    public static Optional<CallAction> ofWireName(String name) {
        return Arrays.stream(values()).filter(action -> action.wireName.equals(name)).findFirst();
    }

    public static Optional<CallAction> ofEventType(String type) {
        return type == null ? Optional.empty() : Optional.ofNullable(BY_EVENT_TYPE.get(type));
    }
}
