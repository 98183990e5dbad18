package io.offhook.model;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class CallEventCodecTest {

    private static final LegIdentity LEG = new LegIdentity("leg 1/ü", "100", "200", "200", CallDirection.INBOUND);
    private static final CallEvent EVENT = new CallEvent.Answer(LEG, 1580283935169797L);

    @Test
    void headersFollowTheCloudEventsBindingAndTheValueIsTheBody() {
        byte[] body = new CallEventBody().encode(EVENT);
        var id = EventId.of(LEG.uuid(), CallAction.ANSWER);
        var record = CallEventCodec.toRecord("t",
                CallEventMessage.of(id, EVENT, "fs1", "a.example", "call", true, body));

        var headers = new LinkedHashMap<String, String>();
        record.headers().forEach(h -> headers.put(h.key(), new String(h.value(), StandardCharsets.UTF_8)));
        assertThat(headers).containsExactlyInAnyOrderEntriesOf(Map.ofEntries(Map.entry("ce_specversion", "1.0"),
                Map.entry("ce_id", id.value()), Map.entry("ce_type", "offhook.call.answer"),
                Map.entry("ce_source", "/freeswitch/fs1"), Map.entry("ce_subject", "leg 1/ü"),
                Map.entry("ce_time", "2020-01-29T07:45:35.169797Z"), Map.entry("ce_tenant", "a.example"),
                Map.entry("ce_callid", "call"), Map.entry("ce_legsequence", "1"),
                Map.entry("ce_reconciled", "true"), Map.entry("content-type", "application/json")));
        assertThat(record.value()).isSameAs(body);
        assertThat(new String(record.key(), StandardCharsets.UTF_8)).isEqualTo("leg 1/ü");

        var back = CallEventCodec.fromRecord(record.key(), record.value(), record.headers());
        assertThat(back.id()).isEqualTo(id);
        assertThat(back.action()).isEqualTo(CallAction.ANSWER);
        assertThat(back.uuid()).isEqualTo("leg 1/ü");
        assertThat(back.attributes()).containsEntry("callid", "call");
        assertThat(back.body()).isSameAs(body);
    }

    @Test
    void attributesKeepTheOrderOfTheHeadersAndTheLastOfAName() {
        var headers = new RecordHeaders();
        headers.add("ce_id", "a".getBytes(StandardCharsets.UTF_8));
        headers.add("ce_type", "offhook.call.answer".getBytes(StandardCharsets.UTF_8));
        headers.add("other", "no attribute".getBytes(StandardCharsets.UTF_8));
        headers.add("ce_nothing", null);
        for (int i = 0; i < 20; i++) {
            headers.add("ce_x" + i, Integer.toString(i).getBytes(StandardCharsets.UTF_8));
        }
        headers.add("ce_id", "b".getBytes(StandardCharsets.UTF_8));

        var attributes = CallEventCodec
                .fromRecord("leg".getBytes(StandardCharsets.UTF_8), new byte[]{'{', '}'}, headers)
                .attributes();

        var expected = new LinkedHashMap<String, String>();
        expected.put("id", "b");
        expected.put("type", "offhook.call.answer");
        for (int i = 0; i < 20; i++) {
            expected.put("x" + i, Integer.toString(i));
        }
        assertThat(attributes).containsExactlyEntriesOf(expected).isEqualTo(expected).hasSameHashCodeAs(expected);
        assertThat(attributes.reversed()).containsExactlyEntriesOf(expected.reversed());
        assertThat(attributes.get("x19")).isEqualTo("19");
        assertThat(attributes.get("nothing")).isNull();
        assertThatThrownBy(() -> attributes.put("y", "z")).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void aForeignRecordIsRefusedWithTheReason() {
        assertThatThrownBy(() -> CallEventCodec.fromRecord(null, new byte[]{'{', '}'}, new RecordHeaders()))
                .isInstanceOf(NotACallEventException.class).hasMessageContaining("ce_id");
        var headers = new RecordHeaders();
        headers.add("ce_id", "x".getBytes(StandardCharsets.UTF_8));
        headers.add("ce_type", "other".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> CallEventCodec.fromRecord(null, new byte[]{'{', '}'}, headers))
                .hasMessageContaining("ce_type: other").hasMessageContaining("offhook.call.originate|answer|hangup");
        assertThatThrownBy(() -> CallEventCodec.fromRecord(null, null, headers)).hasMessageContaining("value: empty");
    }

    @Test
    void idsOfUnusualUuidsAreHashes() {
        assertThat(EventId.of("460a36b6-09e7", CallAction.HANGUP).value()).isEqualTo("460a36b6-09e7_hangup");
        assertThat(EventId.ofReused("abc", 1580283919489709L, CallAction.ORIGINATE).value())
                .isEqualTo("abc-1580283919489709_originate");
        assertThat(EventId.of("a b", CallAction.ANSWER).value()).matches("x[0-9a-f]{32}_answer");
        assertThat(EventId.of("a".repeat(65), CallAction.ANSWER).value()).matches("x[0-9a-f]{32}_answer");
    }

    @Test
    void topicsAndGroupsFollowThePrefix() {
        assertThat(new Topics("acme.").callEvents()).isEqualTo("acme.call.events");
        assertThat(new Topics("acme.").dispatcherGroup()).isEqualTo("acme-dispatcher");
        assertThat(new Topics(Topics.DEFAULT_PREFIX).retryPersisterGroup()).isEqualTo("offhook-retry-persister");
    }
}
