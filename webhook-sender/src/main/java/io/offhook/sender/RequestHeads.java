package io.offhook.sender;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;

import io.offhook.model.CallEventMessage;
import io.offhook.model.Endpoint;

/**
 * The heads of webhook requests, as the bytes that are sent: Standard Webhooks (standardwebhooks.com, "Webhook metadata" and "Signature
 * scheme"), the CloudEvents HTTP binding 1.0.2 in binary content mode, Offhook's own headers, the endpoint's. Some twenty lines, which as
 * objects of the library, formatted one by one, were among the dearest parts of a delivery.
 */
final class RequestHeads {

    private static final int MAX_NAME = 64;
    /** The binding carries this attribute as {@code content-type} (section 3.1.1). */
    private static final String DATA_CONTENT_TYPE = "datacontenttype";

    private final String userAgent;

    /** @param version of Offhook */
    RequestHeads(String version) {
        this.userAgent = "Offhook/" + version;
    }

    /** The request line, and the headers that are the same in each request to an endpoint. */
    byte[] common(Endpoint endpoint, Target target) {
        var head = new HeadBuffer();
        head.line("POST " + target.requestTarget() + " HTTP/1.1");
        head.header(ReservedHeaders.HOST, target.hostHeader());
        head.header(ReservedHeaders.CONTENT_TYPE, "application/json");
        head.header(ReservedHeaders.USER_AGENT, userAgent);
        head.header(ReservedHeaders.ENDPOINT_ID, endpoint.id().toString());
        endpoint.headers().forEach((name, value) -> {
            // Registration refuses these; a row written past it must not be able to forge a header of ours.
            if (ReservedHeaders.refusal(name, value).isEmpty()) {
                head.header(name, value);
            }
        });
        return head.bytes();
    }

    /** @param common of the endpoint, from {@link #common} */
    HeadBuffer of(WebhookAttempt attempt, byte[] common, Instant now) {
        CallEventMessage message = attempt.message();
        String id = message.id().value();
        String timestamp = Long.toString(now.getEpochSecond());
        var head = new HeadBuffer(common);
        head.header(ReservedHeaders.CONTENT_LENGTH, Integer.toString(message.body().length));
        head.header(ReservedHeaders.WEBHOOK_ID, id);
        head.header(ReservedHeaders.WEBHOOK_TIMESTAMP, timestamp);
        head.header(ReservedHeaders.WEBHOOK_SIGNATURE,
                signature(attempt.secrets(), id + "." + timestamp + ".", message.body()));
        message.forEachAttribute((name, value) -> {
            if (isAttributeName(name) && !name.equals(DATA_CONTENT_TYPE)) {
                head.attribute(name, value);
            }
        });
        head.header(ReservedHeaders.ATTEMPT, Integer.toString(attempt.number()));
        if (attempt.replayId() != null) {
            head.header(ReservedHeaders.REPLAY_ID, attempt.replayId().toString());
        }
        head.end();
        return head;
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
        String first = signature(secrets.getFirst(), prefix, body);
        if (secrets.size() == 1) {
            return first;
        }
        var all = new StringBuilder(first);
        secrets.subList(1, secrets.size()).forEach(secret -> all.append(' ').append(signature(secret, prefix, body)));
        return all.toString();
    }

    private static String signature(SigningSecret secret, byte[] prefix, byte[] body) {
        return "v1,".concat(Base64.getEncoder().encodeToString(secret.sign(prefix, body)));
    }
}
