package io.offhook.sender;

import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A shared secret of an endpoint and its receiver: {@code whsec_<base64 of 24-64 bytes>}, as the Standard Webhooks specification
 * writes symmetric keys. Does not print itself.
 */
public final class SigningSecret {

    private static final String PREFIX = "whsec_";
    private static final int MIN_BYTES = 24;
    private static final int MAX_BYTES = 64;
    /** As long as the hash: more would not make the signature stronger (RFC 2104 section 3). */
    private static final int GENERATED_BYTES = 32;
    private static final String ALGORITHM = "HmacSHA256";

    private final byte[] key;
    /** Never used, only copied: to look one up and to give it the key takes longer than to sign. */
    private final Mac keyed;

    private SigningSecret(byte[] key) {
        this.key = key;
        try {
            this.keyed = Mac.getInstance(ALGORITHM);
            keyed.init(new SecretKeySpec(key, ALGORITHM));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM + " for keys of any length", e);
        }
    }

    /** @throws IllegalArgumentException when it is not {@code whsec_<base64 of 24-64 bytes>}; the message does not repeat it */
    public static SigningSecret parse(String text) {
        if (text == null || !text.startsWith(PREFIX)) {
            throw refused("it does not begin with " + PREFIX);
        }
        byte[] key;
        try {
            key = Base64.getDecoder().decode(text.substring(PREFIX.length()));
        } catch (IllegalArgumentException e) {
            // The decoder's message quotes characters of the secret, so it is not passed on.
            throw refused("what follows " + PREFIX + " is not base64");
        }
        if (key.length < MIN_BYTES || key.length > MAX_BYTES) {
            throw refused("it holds " + key.length + " bytes");
        }
        return new SigningSecret(key);
    }

    /** A new one of 32 random bytes. */
    public static SigningSecret generate() {
        var key = new byte[GENERATED_BYTES];
        new SecureRandom().nextBytes(key);
        return new SigningSecret(key);
    }

    /** {@code whsec_...}: what the user is shown once, and what is stored. */
    public String reveal() {
        return PREFIX + Base64.getEncoder().encodeToString(key);
    }

    /** HMAC-SHA256 of the parts one after another. */
    byte[] sign(byte[]... parts) {
        try {
            Mac mac = (Mac) keyed.clone();
            for (byte[] part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("Java's own " + ALGORITHM + " can be copied", e);
        }
    }

    private static IllegalArgumentException refused(String why) {
        return new IllegalArgumentException(
                "secret: " + why + " (expected: " + PREFIX + "<base64 of " + MIN_BYTES + "-" + MAX_BYTES + " bytes>)");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SigningSecret that && MessageDigest.isEqual(key, that.key);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(key);
    }

    @Override
    public String toString() {
        return "SigningSecret[hidden]";
    }
}
