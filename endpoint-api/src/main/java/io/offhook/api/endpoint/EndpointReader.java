package io.offhook.api.endpoint;

import java.net.URI;

import io.offhook.api.input.Fields;
import io.offhook.api.problem.FieldErrors;
import io.offhook.api.security.Caller;
import io.offhook.api.security.TenantField;
import io.offhook.model.CallAction;
import io.offhook.model.CallDirection;
import io.offhook.sender.EgressGuard;
import io.offhook.sender.SigningSecret;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/** Reads what users choose about an endpoint and says everything that is wrong with it at once. */
@Component
class EndpointReader {

    private static final int MAX_NAME = 200;
    private static final int MAX_TIMEOUT_SEC = 30;
    private static final int DEFAULT_CONNECTION_TIMEOUT_SEC = 5;
    private static final int DEFAULT_REQUEST_TIMEOUT_SEC = 15;
    private static final int DEFAULT_IN_FLIGHT = 16;
    private static final int MAX_IN_FLIGHT = 256;
    private static final int MAX_RATE = 10_000;

    private final EgressGuard guard;

    EndpointReader(EgressGuard guard) {
        this.guard = guard;
    }

    /** @param secret given by the user or a new one */
    record NewEndpoint(EndpointConfig config, SigningSecret secret) {}

    /** @throws io.offhook.api.problem.ProblemException 400 with every wrong field */
    NewEndpoint readNew(ObjectNode body, Caller caller) {
        var fields = new Fields(body, new FieldErrors());
        SigningSecret secret = fields.has("secret") ? givenSecret(fields) : SigningSecret.generate();
        return new NewEndpoint(read(fields, caller), secret);
    }

    /**
     * What replaces an endpoint. Its read-only fields may stand in the body, so that what was read can be written back; they change
     * nothing.
     *
     * @throws io.offhook.api.problem.ProblemException 400 with every wrong field
     */
    EndpointConfig readReplacement(ObjectNode body, Caller caller) {
        var fields = new Fields(body, new FieldErrors());
        fields.ignore("id", "disabled_reason", "health", "created_at", "updated_at");
        return read(fields, caller);
    }

    private EndpointConfig read(Fields fields, Caller caller) {
        URI url = UrlField.read(fields);
        String tenant = TenantField.read(fields, caller);
        String host = url == null ? "" : UrlField.host(url);
        String defaultName = host.substring(0, Math.min(host.length(), MAX_NAME));
        var config = new EndpointConfig(tenant, fields.text("name", 1, MAX_NAME, defaultName),
                url == null ? "" : url.toString(),
                fields.wholeNumber("connection_timeout_sec", 1, MAX_TIMEOUT_SEC, DEFAULT_CONNECTION_TIMEOUT_SEC),
                fields.wholeNumber("request_timeout_sec", 1, MAX_TIMEOUT_SEC, DEFAULT_REQUEST_TIMEOUT_SEC),
                fields.choices("events", CallAction.class, CallAction::wireName),
                fields.choices("directions", CallDirection.class, CallDirection::wireName),
                HeadersField.read(fields), fields.wholeNumber("max_in_flight", 1, MAX_IN_FLIGHT, DEFAULT_IN_FLIGHT),
                fields.wholeNumberOrNull("rate_limit_per_sec", 1, MAX_RATE), fields.flag("enabled", true));
        if (url != null) {
            guard.refusal(url).ifPresent(why -> fields.errors().add("url", why
                    + " (expected: a global unicast address, or one that OFFHOOK_EGRESS_ALLOW_CIDRS allows)"));
        }
        fields.finish();
        return config;
    }

    /** Its messages never repeat it. */
    private static SigningSecret givenSecret(Fields fields) {
        try {
            return SigningSecret.parse(fields.hiddenText("secret"));
        } catch (IllegalArgumentException e) {
            fields.errors().add("secret", e.getMessage());
            return null;
        }
    }
}
