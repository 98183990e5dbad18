package io.offhook.api.input;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/**
 * Where a list goes on: after the row with this time and id. Opaque to clients; it bears a check sum over the list's name, so that
 * one that was not handed out, or by another list, is told apart.
 */
public record Cursor(Instant at, UUID id) {

    private static final int BODY_BYTES = 3 * Long.BYTES;
    private static final int CHECK_BYTES = 8;

    String encode(String list) {
        // PostgreSQL keeps microseconds.
        byte[] body = ByteBuffer.allocate(BODY_BYTES).putLong(ChronoUnit.MICROS.between(Instant.EPOCH, at))
                .putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits()).array();
        byte[] all = ByteBuffer.allocate(BODY_BYTES + CHECK_BYTES).put(body).put(check(list, body)).array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(all);
    }

    static Optional<Cursor> decode(String list, String text) {
        byte[] all;
        try {
            all = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            // Not base64: not one of ours.
            return Optional.empty();
        }
        byte[] body = Arrays.copyOf(all, BODY_BYTES);
        if (all.length != BODY_BYTES + CHECK_BYTES
                || !Arrays.equals(Arrays.copyOfRange(all, BODY_BYTES, all.length), check(list, body))) {
            return Optional.empty();
        }
        var values = ByteBuffer.wrap(body);
        return Optional.of(new Cursor(Instant.EPOCH.plus(values.getLong(), ChronoUnit.MICROS),
                new UUID(values.getLong(), values.getLong())));
    }

    private static byte[] check(String list, byte[] body) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(list.getBytes(StandardCharsets.UTF_8));
            return Arrays.copyOf(digest.digest(body), CHECK_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
