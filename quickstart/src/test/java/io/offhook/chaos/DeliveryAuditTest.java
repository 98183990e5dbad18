package io.offhook.chaos;

import java.net.URI;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

import io.offhook.chaos.DeliveryAudit.Account;
import io.offhook.chaos.DeliveryAudit.Findings;
import io.offhook.chaos.DeliveryAudit.Receipt;
import io.offhook.chaos.EventsTopic.Published;
import io.offhook.model.CallAction;
import io.offhook.model.CallDirection;
import io.offhook.model.CallEvent;
import io.offhook.model.CallEventBody;
import io.offhook.model.CallEventMessage;
import io.offhook.model.Endpoint;
import io.offhook.model.EventId;
import io.offhook.model.LegIdentity;
import org.junit.jupiter.api.Test;

import static io.offhook.model.CallAction.ANSWER;
import static io.offhook.model.CallAction.HANGUP;
import static io.offhook.model.CallAction.ORIGINATE;
import static org.assertj.core.api.Assertions.assertThat;

/** An audit that finds nothing is worth something only if it finds what there is. */
class DeliveryAuditTest {

    private static final String LEG = "leg";
    private static final long APPENDED = 1_000;
    private static final Map<String, List<Published>> TOPIC = Map.of(LEG,
            Stream.of(CallAction.values()).map(DeliveryAuditTest::published).toList());

    private static Published published(CallAction action) {
        var leg = new LegIdentity(LEG, "1", "2", "3", CallDirection.INBOUND);
        CallEvent event = switch (action) {
            case ORIGINATE -> new CallEvent.Originate(leg, 1);
            case ANSWER -> new CallEvent.Answer(leg, 2);
            case HANGUP -> new CallEvent.Hangup(leg, 1, 2L, 3, "NORMAL_CLEARING");
        };
        return new Published(CallEventMessage.of(EventId.of(LEG, action), event, "fs1", null, "call", false,
                new CallEventBody().encode(event)), event, action.legSequence(), APPENDED, true);
    }

    private static Findings audit(Set<CallAction> subscribed, Receipt... receipts) {
        var endpoint = new Endpoint(UUID.randomUUID(), null, URI.create("http://localhost/"), 1, 1, subscribed,
                EnumSet.allOf(CallDirection.class), Map.of(), 1, null, true);
        return DeliveryAudit.of(List.of(new Account("crm", endpoint, List.of(receipts), false)), TOPIC);
    }

    private static Findings audit(Receipt... receipts) {
        return audit(EnumSet.allOf(CallAction.class), receipts);
    }

    private static Receipt accepted(CallAction action) {
        return receipt(action, true);
    }

    private static Receipt receipt(CallAction action, boolean accepted) {
        return new Receipt(EventId.of(LEG, action).value(), APPENDED + 5, accepted, true,
                Arrays.hashCode(published(action).message().body()));
    }

    @Test
    void hasNothingToSayWhereEachEventArrivedInOrder() {
        assertThat(audit(accepted(ORIGINATE), accepted(ANSWER), accepted(HANGUP)))
                .returns(List.of(), Findings::violations).returns(3, Findings::owed).returns(0, Findings::lost)
                .returns(0, Findings::duplicates).returns(5L, findings -> findings.delayMillis(0.5));
    }

    @Test
    void missesWhatWasSentAndNeverAccepted() {
        Findings findings = audit(accepted(ORIGINATE), accepted(ANSWER), receipt(HANGUP, false));

        assertThat(findings.lost()).isOne();
        assertThat(findings.violations()).containsExactly(
                "endpoint crm: lacks 1 of 3 events, such as [leg_hangup]");
    }

    @Test
    void countsWhatWasAcceptedTwiceAndComplainsOfNothing() {
        assertThat(audit(accepted(ORIGINATE), accepted(ANSWER), accepted(ORIGINATE), accepted(HANGUP)))
                .returns(List.of(), Findings::violations).returns(1, Findings::duplicates);
    }

    @Test
    void seesAnEventThatWasTriedBeforeAnEarlierOneWasAccepted() {
        assertThat(audit(receipt(ORIGINATE, false), receipt(ANSWER, false), accepted(ORIGINATE), accepted(ANSWER),
                accepted(HANGUP)).violations())
                .containsExactly("endpoint crm: received leg_answer before it accepted leg_originate");
    }

    @Test
    void seesAnEndThatPassesTheBeginningWhereNothingIsBetweenThem() {
        assertThat(audit(EnumSet.of(ORIGINATE, HANGUP), receipt(ORIGINATE, false), accepted(HANGUP),
                accepted(ORIGINATE)).violations())
                .containsExactly("endpoint crm: received leg_hangup before it accepted leg_originate");
    }

    @Test
    void ordersOnlyWhatTheEndpointSubscribesTo() {
        assertThat(audit(EnumSet.of(ANSWER, HANGUP), accepted(ANSWER), accepted(HANGUP)).violations()).isEmpty();
        assertThat(audit(EnumSet.of(HANGUP), accepted(ANSWER), accepted(HANGUP)).violations())
                .containsExactly("endpoint crm: received leg_answer, which it is not owed");
    }

    @Test
    void seesOtherBytesAndWrongSignatures() {
        var forged = new Receipt(EventId.of(LEG, HANGUP).value(), APPENDED, true, false, 0);

        assertThat(audit(EnumSet.of(HANGUP), forged).violations()).containsExactly(
                "endpoint crm: received leg_hangup with other bytes than the topic's",
                "endpoint crm: received leg_hangup with a wrong signature");
    }
}
