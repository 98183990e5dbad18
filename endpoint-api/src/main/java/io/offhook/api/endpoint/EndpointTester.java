package io.offhook.api.endpoint;

import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Set;

import io.offhook.api.delivery.Delivery;
import io.offhook.api.security.Caller;
import io.offhook.api.security.Change;
import io.offhook.api.security.ChangeLog;
import io.offhook.model.CallAction;
import io.offhook.model.CallEventMessage;
import io.offhook.model.Endpoint;
import io.offhook.sender.SigningSecret;
import io.offhook.sender.WebhookAttempt;
import io.offhook.sender.WebhookSender;
import org.springframework.stereotype.Service;

/** Sends a sample event at once, past lane and breaker: also to an endpoint that is disabled or fails. */
@Service
class EndpointTester {

    private final SecretRows secrets;
    private final WebhookSender sender;
    private final ChangeLog changes;
    private final TestEvent events;

    EndpointTester(SecretRows secrets, WebhookSender sender, ChangeLog changes, Clock clock) {
        this.secrets = secrets;
        this.sender = sender;
        this.changes = changes;
        this.events = new TestEvent(clock);
    }

    /** Takes as long as the endpoint's two time-outs allow, 60 s at most. */
    Delivery send(RegisteredEndpoint endpoint, CallAction action, Caller caller) {
        CallEventMessage message = events.of(action, endpoint.config());
        List<SigningSecret> valid = secrets.valid(endpoint.id());
        var result = sender.send(new WebhookAttempt(model(endpoint), valid, message, 1, null)).join();
        changes.record(caller, Change.of("endpoint.tested", "endpoint", endpoint.id(), endpoint.config().tenant())
                .with("event_id", message.id()).with("outcome", result.outcome().wireName()));
        return Delivery.first(endpoint.id(), message, result);
    }

    private static Endpoint model(RegisteredEndpoint endpoint) {
        EndpointConfig config = endpoint.config();
        return new Endpoint(endpoint.id(), config.tenant(), URI.create(config.url()), config.connectionTimeoutSec(),
                config.requestTimeoutSec(), Set.copyOf(config.events()), Set.copyOf(config.directions()),
                config.headers(), config.maxInFlight(), config.rateLimitPerSec(), config.enabled());
    }
}
