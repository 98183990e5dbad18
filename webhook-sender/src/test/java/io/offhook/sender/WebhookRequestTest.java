package io.offhook.sender;

import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import io.offhook.model.CallEventCodec;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What the receiver sees. */
class WebhookRequestTest {

    @Test
    void carriesExactlyTheHeadersOfTheContract() throws Exception {
        UUID replay = UUID.randomUUID();
        var ownHeaders = Map.of("x-team", "sales");
        try (var receiver = RawReceiver.ok(); var fixture = new SenderFixture()) {
            var endpoint = SenderFixture.endpoint("http://hook.example:" + receiver.port() + "/in?a=b%20c", 2, 2,
                    ownHeaders);
            AttemptResult result = fixture.send(
                    new WebhookAttempt(endpoint, List.of(SenderFixture.SECRET), SenderFixture.message(), 3, replay));

            assertThat(result.delivered()).isTrue();
            RawReceiver.Request request = receiver.requests().getFirst();
            assertThat(request.line()).isEqualTo("POST /in?a=b%20c HTTP/1.1");
            assertThat(request.body()).isEqualTo(SenderFixture.BODY);
            var headers = new HashMap<>(request.headers());
            assertThat(headers.remove("webhook-timestamp"))
                    .isEqualTo(Long.toString(result.attemptedAt().getEpochSecond()));
            assertThat(headers.remove("webhook-signature")).startsWith("v1,");
            assertThat(headers).containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                    Map.entry("host", "hook.example:" + receiver.port()),
                    Map.entry("content-type", "application/json"),
                    Map.entry("content-length", Integer.toString(SenderFixture.BODY.length)),
                    Map.entry("user-agent", "Offhook/9.8.7"),
                    Map.entry("webhook-id", "leg-1_hangup"),
                    Map.entry("ce-specversion", "1.0"),
                    Map.entry("ce-id", "leg-1_hangup"),
                    Map.entry("ce-type", "offhook.call.hangup"),
                    Map.entry("ce-source", "/freeswitch/fs%201"),
                    Map.entry("ce-subject", "leg-1"),
                    Map.entry("ce-tenant", "z%C3%BCrich.example"),
                    Map.entry("ce-callid", "50%25%20%22a%22~"),
                    Map.entry("offhook-attempt", "3"),
                    Map.entry("offhook-endpoint-id", endpoint.id().toString()),
                    Map.entry("offhook-replay-id", replay.toString()),
                    Map.entry("x-team", "sales")));
        }
    }

    @Test
    void leavesOutTheReplayIdAndHeadersThatWouldForgeOurs() throws Exception {
        var forged = Map.of("webhook-id", "other", "ce-id", "other", "x-evil", "a\r\nwebhook-id: b");
        try (var receiver = RawReceiver.ok(); var fixture = new SenderFixture()) {
            fixture.send(SenderFixture.endpoint("http://127.0.0.1:" + receiver.port(), 2, 2, forged));

            RawReceiver.Request request = receiver.requests().getFirst();
            assertThat(request.line()).isEqualTo("POST / HTTP/1.1");
            assertThat(request.headers()).doesNotContainKeys("offhook-replay-id", "x-evil")
                    .containsEntry("webhook-id", "leg-1_hangup").containsEntry("ce-id", "leg-1_hangup");
        }
    }

    @Test
    void anAttributeThatIsNoUtf8IsSentAsItWouldBeStored() throws Exception {
        var record = CallEventCodec.toRecord("events", SenderFixture.message());
        record.headers().add("ce_callid", new byte[]{'a', (byte) 0xC3});
        var message = CallEventCodec.fromRecord(record.key(), record.value(), record.headers());
        try (var receiver = RawReceiver.ok(); var fixture = new SenderFixture()) {
            fixture.send(new WebhookAttempt(SenderFixture.endpoint("http://127.0.0.1:" + receiver.port(), 2, 2),
                    List.of(SenderFixture.SECRET), message, 1, null));

            assertThat(receiver.requests().getFirst().headers()).containsEntry("ce-callid", "a%EF%BF%BD")
                    .containsEntry("ce-tenant", "z%C3%BCrich.example");
            assertThat(message.attributes()).containsEntry("callid", "a\uFFFD");
        }
    }

    @Test
    void isSignedWithEachValidSecret() throws Exception {
        SigningSecret older = SigningSecret.generate();
        SigningSecret newer = SigningSecret.generate();
        try (var receiver = RawReceiver.ok(); var fixture = new SenderFixture()) {
            fixture.send(new WebhookAttempt(SenderFixture.endpoint("http://127.0.0.1:" + receiver.port(), 2, 2),
                    List.of(newer, older), SenderFixture.message(), 1, null));

            RawReceiver.Request request = receiver.requests().getFirst();
            var headers = new HashMap<String, List<String>>();
            request.headers().forEach((name, value) -> headers.put(name, List.of(value)));
            var received = HttpHeaders.of(headers, (_, _) -> true);
            String body = new String(request.body(), StandardCharsets.UTF_8);
            assertThat(request.headers().get("webhook-signature").split(" ")).hasSize(2);
            assertThatNoException().isThrownBy(() -> new Webhook(newer.reveal()).verify(body, received));
            assertThatNoException().isThrownBy(() -> new Webhook(older.reveal()).verify(body, received));
            assertThatThrownBy(() -> new Webhook(SigningSecret.generate().reveal()).verify(body, received))
                    .isInstanceOf(WebhookVerificationException.class);
            assertThatThrownBy(() -> new Webhook(newer.reveal()).verify(body + " ", received))
                    .isInstanceOf(WebhookVerificationException.class);
        }
    }
}
