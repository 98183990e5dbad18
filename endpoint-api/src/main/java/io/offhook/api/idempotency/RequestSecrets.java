package io.offhook.api.idempotency;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;

import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What is derived from an API key and an Idempotency-Key: where the answer lies, and the key under which it is encrypted. Neither key is
 * in the database (of the API key it has the hash), so an answer that shows a secret can be read by nobody but who may ask for it again.
 */
final class RequestSecrets {

    private static final String HMAC = "HmacSHA256";
    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final int IV_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] apiKey;
    private final byte[] lookup;
    private final SecretKeySpec answerKey;

    RequestSecrets(String apiKey, String idempotencyKey) {
        this.apiKey = apiKey.getBytes(StandardCharsets.UTF_8);
        byte[] name = idempotencyKey.getBytes(StandardCharsets.UTF_8);
        this.lookup = hmac("lookup", name);
        this.answerKey = new SecretKeySpec(hmac("answer", name), "AES");
    }

    byte[] lookup() {
        return lookup.clone();
    }

    /** Tells requests apart without giving away what they hold. */
    byte[] fingerprint(String method, String target, byte[] body) {
        byte[] head = (method + " " + target + "\n").getBytes(StandardCharsets.UTF_8);
        return hmac("request", head, body);
    }

    private byte[] hmac(String purpose, byte[]... parts) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(apiKey, HMAC));
            mac.update((purpose + "\0").getBytes(StandardCharsets.UTF_8));
            for (byte[] part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + HMAC, e);
        }
    }

    /** A fresh initialization vector, then the encrypted body and its tag. */
    byte[] encrypt(byte[] body) {
        var iv = new byte[IV_BYTES];
        RANDOM.nextBytes(iv);
        try {
            byte[] encrypted = cipher(Cipher.ENCRYPT_MODE, iv).doFinal(body);
            return ByteBuffer.allocate(IV_BYTES + encrypted.length).put(iv).put(encrypted).array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + CIPHER, e);
        }
    }

    /** @return empty for what was not encrypted by {@link #encrypt} with the same keys, or was altered */
    Optional<byte[]> decrypt(byte[] stored) {
        if (stored.length < IV_BYTES) {
            return Optional.empty();
        }
        try {
            return Optional.of(cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(stored, IV_BYTES)).doFinal(stored, IV_BYTES,
                    stored.length - IV_BYTES));
        } catch (AEADBadTagException e) {
            // Somebody else wrote into the table.
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + CIPHER, e);
        }
    }

    private Cipher cipher(int mode, byte[] iv) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(CIPHER);
        cipher.init(mode, answerKey, new GCMParameterSpec(TAG_BITS, iv));
        cipher.updateAAD(lookup);
        return cipher;
    }
}
