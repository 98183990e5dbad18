package io.offhook.sender;

import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLContext;

import io.offhook.model.CallAction;
import io.offhook.model.CallDirection;
import io.offhook.model.CallEventMessage;
import io.offhook.model.Endpoint;
import io.offhook.model.EventId;

/** A sender that may go to loopback, and events to send. */
final class SenderFixture implements AutoCloseable {

    static final byte[] BODY = "{\"uuid\":\"leg-1\",\"action\":\"hangup\",\"note\":\"Zürich\"}"
            .getBytes(StandardCharsets.UTF_8);
    /** Stands still, so that tests may compare times. */
    static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    static final SigningSecret SECRET = SigningSecret.generate();

    final AddressResolver resolver;
    final WebhookSender sender;

    SenderFixture() throws Exception {
        this(host -> List.of(InetAddress.getLoopbackAddress()), SSLContext.getDefault(), "127.0.0.0/8");
    }

    SenderFixture(HostLookup lookup, SSLContext trust, String allowed) {
        resolver = new AddressResolver(lookup);
        sender = new WebhookSender("9.8.7", new EgressGuard(allowed, resolver), InstantSource.fixed(NOW), trust);
    }

    AttemptResult send(String url) throws Exception {
        return send(endpoint(url, 2, 2));
    }

    AttemptResult send(Endpoint endpoint) throws Exception {
        return send(new WebhookAttempt(endpoint, List.of(SECRET), message(), 1, null));
    }

    /** Waits far longer than any deadline, so that a hanging attempt fails the test instead of the build. */
    AttemptResult send(WebhookAttempt attempt) throws Exception {
        return sender.send(attempt).get(20, TimeUnit.SECONDS);
    }

    static Endpoint endpoint(String url, int connectionTimeoutSec, int requestTimeoutSec) {
        return endpoint(url, connectionTimeoutSec, requestTimeoutSec, Map.of());
    }

    static Endpoint endpoint(String url, int connectionTimeoutSec, int requestTimeoutSec, Map<String, String> headers) {
        return new Endpoint(UUID.fromString("6c1d4d5e-0000-4000-8000-000000000001"), null, URI.create(url),
                connectionTimeoutSec, requestTimeoutSec, Set.of(CallAction.values()), Set.of(CallDirection.values()),
                headers, 16, null, true);
    }

    static CallEventMessage message() {
        var attributes = new LinkedHashMap<String, String>();
        attributes.put("specversion", "1.0");
        attributes.put("id", "leg-1_hangup");
        attributes.put("type", "offhook.call.hangup");
        attributes.put("source", "/freeswitch/fs 1");
        attributes.put("subject", "leg-1");
        attributes.put("tenant", "zürich.example");
        attributes.put("callid", "50% \"a\"~");
        return new CallEventMessage(new EventId("leg-1_hangup"), CallAction.HANGUP, "leg-1", attributes, BODY);
    }

    @Override
    public void close() {
        sender.close();
        resolver.close();
    }
}
