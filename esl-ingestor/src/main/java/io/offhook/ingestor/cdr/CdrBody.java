package io.offhook.ingestor.cdr;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;

/**
 * The JSON in a body as mod_json_cdr sends it (mod_json_cdr.c, {@code process_cdr}). What the body begins with counts for more than
 * the content type, since {@code disable-100-continue=true} sends JSON under the type of a form.
 */
final class CdrBody {

    static final String BASE64_FORM = "application/x-www-form-base64-encoded";
    static final String FIELD = "cdr=";

    private CdrBody() {}

    /**
     * @param contentType {@code null} when none was sent
     * @return the JSON document's bytes, which are the body's own where it is JSON
     * @throws UnusableCdrException for a url-encoded form, and for base64 that is none
     */
    static byte[] json(String contentType, byte[] body) throws UnusableCdrException {
        if (beginsAsJson(body)) {
            return body;
        }
        if (body.length == 0) {
            throw new UnusableCdrException("body: empty (expected: a JSON object)");
        }
        if (contentType == null || !contentType.toLowerCase(Locale.ROOT).strip().startsWith(BASE64_FORM)) {
            throw UnusableCdrException.ofForm();
        }
        byte[] json = decoded(body);
        if (!beginsAsJson(json)) {
            throw new UnusableCdrException("cdr: its base64 holds no JSON (expected: a JSON object)");
        }
        return json;
    }

    static boolean beginsAsJson(byte[] body) {
        int i = 0;
        while (i < body.length && body[i] >= 0 && Character.isWhitespace(body[i])) {
            i++;
        }
        return i < body.length && body[i] == '{';
    }

    /** No form decoder: it would make blanks of the alphabet's plus signs. */
    private static byte[] decoded(byte[] body) throws UnusableCdrException {
        String text = new String(body, StandardCharsets.ISO_8859_1).strip();
        if (!text.startsWith(FIELD)) {
            throw new UnusableCdrException("body: no field cdr (expected: cdr= and base64)");
        }
        try {
            return Base64.getDecoder().decode(text.substring(FIELD.length()));
        } catch (IllegalArgumentException e) {
            // The sender's to mend: the message says where.
            throw new UnusableCdrException("cdr: not base64: " + e.getMessage() + " (expected: base64, RFC 4648)");
        }
    }
}
