package io.offhook.docs;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

import io.offhook.model.CallAction;
import io.offhook.model.CallDirection;
import io.offhook.model.CallEvent;
import io.offhook.model.CallEventBody;
import io.offhook.model.EventId;
import io.offhook.model.LegIdentity;
import io.offhook.sender.SigningSecret;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The examples of docs/receivers.md are what Offhook sends. */
class ReceiverGuideTest {

    private static final LegIdentity LEG = new LegIdentity("460a36b6-09e7-466b-97d8-903c8cf4fc6c", "0035799123456",
            "+442035040000", "1002", CallDirection.OUTBOUND);
    private static final long START = 1_580_283_919_489_709L;
    private static final long ANSWER = 1_580_283_935_169_797L;
    private static final CallEvent.Hangup HANGUP = new CallEvent.Hangup(LEG, START, ANSWER, 1_580_283_939_549_758L,
            "NORMAL_CLEARING");
    private static final String SECRET = "whsec_c2VjcmV0LW9mLXRoZS1leGFtcGxlLWluLXRoZS1yZWFkbWU=";

    @Test
    void theBodiesAreThoseOfTheThreeEvents() {
        var body = new CallEventBody();

        assertThat(ReceiverGuide.blocks("json")).map(String::strip).containsExactly(
                text(body.encode(new CallEvent.Originate(LEG, START))),
                text(body.encode(new CallEvent.Answer(LEG, ANSWER))), text(body.encode(HANGUP)));
    }

    @Test
    void theHeadersAndTheSignatureAreThoseOfTheHangup() {
        Map<String, String> example = new HashMap<>();
        ReceiverGuide.program("http").lines().skip(1).map(line -> line.split(": ", 2))
                .forEach(header -> example.put(header[0], header[1]));
        Instant signedAt = Instant.ofEpochSecond(Long.parseLong(example.get("webhook-timestamp")));
        var event = ProductSender.of(EventId.of(LEG.uuid(), CallAction.HANGUP), HANGUP,
                new CallEventBody().encode(HANGUP));

        try (var sender = new ProductSender(InstantSource.fixed(signedAt))) {
            var sent = new HashMap<>(SignedRequest.by(sender, event, SigningSecret.parse(SECRET)).headers());
            sent.put("offhook-endpoint-id", example.get("offhook-endpoint-id"));
            assertThat(example).containsExactlyInAnyOrderEntriesOf(sent);
        }
    }

    @Test
    void theTableOfHeadersHasThemAll() {
        var explained = new LinkedHashSet<String>();
        ReceiverGuide.tableRows().forEach(row -> ReceiverGuide.inlineCode(row).forEach(explained::add));
        var event = ProductSender.event();

        try (var sender = new ProductSender()) {
            List<String> sent = SignedRequest.by(sender, event, SigningSecret.parse(SECRET)).headers().keySet().stream()
                    .filter(name -> !List.of("content-type", "user-agent", "ce-specversion").contains(name)).toList();
            assertThat(explained).containsAll(sent)
                    .contains("offhook-replay-id", "ce-reconciled");
        }
    }

    private static String text(byte[] body) {
        return new String(body, StandardCharsets.UTF_8);
    }
}
