package io.offhook.quickstart;

import java.security.SecureRandom;
import java.util.Base64;

/** New secrets, in the forms that the API takes. */
final class Secrets {

    private static final int BYTES = 32;

    private Secrets() {}

    static String adminKey() {
        return "offhook_" + Base64.getUrlEncoder().withoutPadding().encodeToString(random());
    }

    static String signingSecret() {
        return "whsec_" + Base64.getEncoder().encodeToString(random());
    }

    private static byte[] random() {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }
}
