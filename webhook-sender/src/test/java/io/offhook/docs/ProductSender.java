package io.offhook.docs;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import io.offhook.model.CallAction;
import io.offhook.model.CallDirection;
import io.offhook.model.CallEvent;
import io.offhook.model.CallEventBody;
import io.offhook.model.CallEventMessage;
import io.offhook.model.Endpoint;
import io.offhook.model.EventId;
import io.offhook.model.LegIdentity;
import io.offhook.sender.AddressResolver;
import io.offhook.sender.AttemptResult;
import io.offhook.sender.EgressGuard;
import io.offhook.sender.HostLookup;
import io.offhook.sender.SigningSecret;
import io.offhook.sender.WebhookAttempt;
import io.offhook.sender.WebhookSender;

/** Offhook's own sender, which signs as it does in production; its clock may be off. */
final class ProductSender implements AutoCloseable {

    private static final long MICROS = 1_580_283_919_489_709L;

    private final AddressResolver resolver = new AddressResolver(HostLookup.system());
    private final WebhookSender sender;

    ProductSender() {
        this(InstantSource.system());
    }

    ProductSender(InstantSource clock) {
        sender = new WebhookSender("0.1.0", new EgressGuard("127.0.0.0/8", resolver), clock);
    }

    /** One whose clock is ahead by that much, or behind. */
    static ProductSender off(Duration ahead) {
        return new ProductSender(() -> InstantSource.system().instant().plus(ahead));
    }

    /** The hangup of a leg that was never before, with a caller whose name is not ASCII. */
    static CallEventMessage event() {
        String uuid = UUID.randomUUID().toString();
        return event(uuid, "Zürich ☎ \uD83D\uDCDE \"\\/ </script>");
    }

    static CallEventMessage event(String uuid, String callerId) {
        var leg = new LegIdentity(uuid, "0035799123456", callerId, "1002", CallDirection.OUTBOUND);
        var hangup = new CallEvent.Hangup(leg, MICROS, null, MICROS + 1, "NORMAL_CLEARING");
        return of(EventId.of(uuid, CallAction.HANGUP), hangup, new CallEventBody().encode(hangup));
    }

    /** An event with a body that Offhook would send but not make, such as a record of another producer. */
    static CallEventMessage withBody(String body) {
        CallEventMessage event = event();
        return new CallEventMessage(event.id(), event.action(), event.uuid(), event.attributes(),
                body.getBytes(StandardCharsets.UTF_8));
    }

    static CallEventMessage of(EventId id, CallEvent event, byte[] body) {
        return CallEventMessage.of(id, event, "fs1", "tenant-a.example", event.leg().uuid(), false, body);
    }

    AttemptResult send(URI url, CallEventMessage event, SigningSecret... secrets) {
        return send(url, event, null, secrets);
    }

    AttemptResult send(URI url, CallEventMessage event, UUID replay, SigningSecret... secrets) {
        return start(url, event, replay, secrets).join();
    }

    CompletableFuture<AttemptResult> start(URI url, CallEventMessage event, UUID replay, SigningSecret... secrets) {
        var endpoint = new Endpoint(new UUID(0, 1), null, url, 30, 30, Set.of(CallAction.values()),
                Set.of(CallDirection.values()), Map.of(), 16, null, true);
        return sender.send(new WebhookAttempt(endpoint, List.of(secrets), event, 1, replay));
    }

    @Override
    public void close() {
        sender.close();
        resolver.close();
    }
}
