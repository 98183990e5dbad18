package io.offhook.testkit.receiver;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Checks the signature of a webhook as Standard Webhooks 1.0 says: {@code webhook-signature} holds, separated by spaces,
 * {@code v1,<base64 of HMAC-SHA256 over id.timestamp.body>}, one for each secret that is valid.
 */
public final class WebhookSignature {
    /** How far the sender's clock may be off; the specification leaves it to the receiver, its libraries take 5 min. */
    private static final Duration TOLERANCE = Duration.ofMinutes(5);
    private static final String PREFIX = "whsec_";

    private final SecretKeySpec key;

    /** What a check found. */
    public enum Verdict {
        VERIFIED, WRONG, MISSING, TIMESTAMP_TOO_FAR_OFF
    }

    /**
     * @param secret {@code whsec_<base64 of 24-64 bytes>}
     * @throws IllegalArgumentException when it is not; the message does not repeat it
     */
    public WebhookSignature(String secret) {
        byte[] bytes = decode(secret);
        if (bytes.length < 24 || bytes.length > 64) {
            throw new IllegalArgumentException("secret: " + bytes.length + " bytes (expected: 24-64)");
        }
        key = new SecretKeySpec(bytes, "HmacSHA256");
    }

    /** Checks a webhook, its age by the moment of its arrival. */
    public Verdict check(Received webhook) {
        String signatures = webhook.header("webhook-signature").orElse("");
        String timestamp = webhook.header("webhook-timestamp").orElse("");
        if (signatures.isBlank() || webhook.webhookId().isEmpty() || !timestamp.matches("[0-9]{1,12}")) {
            return Verdict.MISSING;
        }
        byte[] expected = sign(webhook.webhookId(), timestamp, webhook.body()).getBytes(StandardCharsets.UTF_8);
        boolean found = false;
        for (String signature : signatures.split(" ")) {
            found |= MessageDigest.isEqual(expected, signature.getBytes(StandardCharsets.UTF_8));
        }
        if (!found) {
            return Verdict.WRONG;
        }
        Duration off = Duration.between(Instant.ofEpochSecond(Long.parseLong(timestamp)), webhook.arrivedAt()).abs();
        return off.compareTo(TOLERANCE) > 0 ? Verdict.TIMESTAMP_TOO_FAR_OFF : Verdict.VERIFIED;
    }

    private String sign(String id, String timestamp, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
            return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            // Every JDK has HmacSHA256.
            throw new IllegalStateException(e);
        }
    }

    private static byte[] decode(String secret) {
        try {
            if (secret.startsWith(PREFIX)) {
                return Base64.getDecoder().decode(secret.substring(PREFIX.length()));
            }
        } catch (IllegalArgumentException noBase64) {
            // Said below, without the secret.
        }
        throw new IllegalArgumentException("secret: not whsec_ and base64");
    }
}
