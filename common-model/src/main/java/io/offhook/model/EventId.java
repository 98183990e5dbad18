package io.offhook.model;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The id of an event: CloudEvents {@code id}, and {@code webhook-id} of each attempt to deliver it. Two events with one id are the
 * same event; the one with the lowest offset in the topic is the true one.
 */
public record EventId(String value) {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    public EventId {
        Objects.requireNonNull(value, "value");
    }

    /** {@code <uuid>_<action>}: the id on the first leg that bears the uuid. */
    public static EventId of(String uuid, CallAction action) {
        return new EventId(plain(uuid) + "_" + action.wireName());
    }

    /** {@code <uuid>-<call_start_uepoch>_<action>}: the id on a later leg that bears a uuid used before. */
    public static EventId ofReused(String uuid, long callStartMicros, CallAction action) {
        return new EventId(plain(uuid) + "-" + callStartMicros + "_" + action.wireName());
    }

    /** A uuid is any text that the originator chose; an id travels in HTTP headers, so other texts stand there as their hash. */
    private static String plain(String uuid) {
        if (PLAIN.matcher(uuid).matches()) {
            return uuid;
        }
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(uuid.getBytes(StandardCharsets.UTF_8));
            return "x" + HexFormat.of().formatHex(hash).substring(0, 32);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
