package io.offhook.demo;

import io.offhook.testkit.receiver.Received;
import io.offhook.testkit.receiver.WebhookSignature;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One request that came.
 *
 * @param accepted answered 2xx
 * @param verified its signature is right
 * @param reconciled FreeSWITCH did not send the event, so its times may be later than the truth
 * @param told its times, and the cause of a hangup, with spaces between; empty for a body that is none of ours
 */
record Receipt(String eventId, boolean accepted, boolean verified, boolean reconciled, String told) {

    private static final JsonMapper JSON = new JsonMapper();

    static Receipt of(Received webhook, WebhookSignature signature) {
        return new Receipt(webhook.webhookId(), webhook.accepted(),
                signature.check(webhook) == WebhookSignature.Verdict.VERIFIED,
                webhook.header("ce-reconciled").isPresent(), told(webhook.bodyText()));
    }

    /** The leg that the event is of. */
    String leg() {
        return eventId.substring(0, Math.max(0, eventId.lastIndexOf('_')));
    }

    private static String told(String body) {
        try {
            JsonNode event = JSON.readTree(body);
            return switch (event.path("action").asString("")) {
                case "originate" -> micros(event, "call_start_uepoch");
                case "answer" -> micros(event, "answer_start_uepoch");
                case "hangup" -> micros(event, "call_start_uepoch") + " " + micros(event, "answer_start_uepoch") + " "
                        + micros(event, "call_end_uepoch") + " " + event.path("hangup_cause").asString("");
                default -> "";
            };
        } catch (JacksonException e) {
            // Anybody can send something here: it is compared with the truth, and is not it.
            return "";
        }
    }

    private static String micros(JsonNode event, String field) {
        return Long.toString(event.path(field).asLong(0));
    }
}
