package io.offhook.sender;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

import io.offhook.model.CallEventMessage;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.message.BasicHeader;

/**
 * The headers of a webhook: Standard Webhooks (standardwebhooks.com, "Webhook metadata" and "Signature scheme"), the CloudEvents HTTP
 * binding 1.0.2 in binary content mode, Offhook's own, then the endpoint's.
 */
final class WebhookHeaders {

    private static final int MAX_NAME = 64;
    /** The binding carries this attribute as {@code content-type} (section 3.1.1). */
    private static final String DATA_CONTENT_TYPE = "datacontenttype";
    private static final String HEX = "0123456789ABCDEF";

    private final String userAgent;

    /** @param version of Offhook */
    WebhookHeaders(String version) {
        this.userAgent = "Offhook/" + version;
    }

    List<Header> of(WebhookAttempt attempt, Target target, Instant now) {
        CallEventMessage message = attempt.message();
        String id = message.id().value();
        String timestamp = Long.toString(now.getEpochSecond());
        var headers = new ArrayList<Header>(24);
        headers.add(new BasicHeader(ReservedHeaders.HOST, target.hostHeader()));
        headers.add(new BasicHeader(ReservedHeaders.CONTENT_TYPE, "application/json"));
        headers.add(new BasicHeader(ReservedHeaders.CONTENT_LENGTH, Integer.toString(message.body().length)));
        headers.add(new BasicHeader(ReservedHeaders.USER_AGENT, userAgent));
        headers.add(new BasicHeader(ReservedHeaders.WEBHOOK_ID, id));
        headers.add(new BasicHeader(ReservedHeaders.WEBHOOK_TIMESTAMP, timestamp));
        headers.add(new BasicHeader(ReservedHeaders.WEBHOOK_SIGNATURE,
                signature(attempt.secrets(), id + "." + timestamp + ".", message.body())));
        message.attributes().forEach((name, value) -> {
            if (isAttributeName(name) && !name.equals(DATA_CONTENT_TYPE)) {
                headers.add(new BasicHeader(ReservedHeaders.CLOUD_EVENT_PREFIX + name, percentEncoded(value)));
            }
        });
        headers.add(new BasicHeader(ReservedHeaders.ATTEMPT, Integer.toString(attempt.number())));
        headers.add(new BasicHeader(ReservedHeaders.ENDPOINT_ID, attempt.endpoint().id().toString()));
        if (attempt.replayId() != null) {
            headers.add(new BasicHeader(ReservedHeaders.REPLAY_ID, attempt.replayId().toString()));
        }
        attempt.endpoint().headers().forEach((name, value) -> {
            // Registration refuses these; a row written past it must not be able to forge a header of ours.
            if (ReservedHeaders.refusal(name, value).isEmpty()) {
                headers.add(new BasicHeader(name, value));
            }
        });
        return headers;
    }

    /** CloudEvents 1.0.2, "Attribute naming convention". Records of other producers may bring anything; what cannot be a name stays out. */
    private static boolean isAttributeName(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if ((c < 'a' || c > 'z') && (c < '0' || c > '9')) {
                return false;
            }
        }
        return !name.isEmpty() && name.length() <= MAX_NAME;
    }

    private static String signature(List<SigningSecret> secrets, String signedPrefix, byte[] body) {
        byte[] prefix = signedPrefix.getBytes(StandardCharsets.UTF_8);
        return secrets.stream()
                .map(secret -> "v1," + Base64.getEncoder().encodeToString(secret.sign(prefix, body)))
                .collect(Collectors.joining(" "));
    }

    /**
     * CloudEvents HTTP binding 1.0.2, section 3.1.3.2: space, double quote, percent and everything outside U+0021..U+007E as its UTF-8
     * bytes, each {@code %XX} in upper case.
     */
    static String percentEncoded(String value) {
        if (standsForItself(value)) {
            return value;
        }
        var encoded = new StringBuilder(value.length() + 16);
        for (byte octet : value.getBytes(StandardCharsets.UTF_8)) {
            if (standsForItself(octet)) {
                encoded.append((char) octet);
            } else {
                encoded.append('%').append(HEX.charAt(octet >> 4 & 0xF)).append(HEX.charAt(octet & 0xF));
            }
        }
        return encoded.toString();
    }

    private static boolean standsForItself(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (!standsForItself(value.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean standsForItself(int c) {
        return c >= 0x21 && c <= 0x7E && c != '"' && c != '%';
    }
}
