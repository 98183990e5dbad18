package io.offhook.dispatcher.retry;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.UUID;

import io.offhook.dispatcher.CallEvents;
import io.offhook.model.CallAction;
import io.offhook.model.CallEventMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class RetryRecordTest {

    private static final UUID ENDPOINT = UUID.fromString("0198a8f0-0000-7000-8000-000000000001");

    private final RetryRecord.Codec codec = new RetryRecord.Codec();

    @Test
    void aHandOffComesBackAsItWas() {
        CallEventMessage message = CallEvents.of("leg-1", CallAction.HANGUP);
        var record = record(message, message.body());
        RetryRecord back = codec.decode(codec.encode(record)).orElseThrow();
        assertThat(back).usingRecursiveComparison().isEqualTo(record);
        assertThat(back.attributes()).containsExactlyEntriesOf(message.attributes());
        assertThat(back.message().body()).isEqualTo(message.body());
    }

    @Test
    void theBodyIsKeptByteForByteWhateverItIs() {
        byte[] body = new byte[10_000];
        new Random(7).nextBytes(body);
        var record = record(CallEvents.of("leg \"ü\"\n\0", CallAction.ANSWER), body);
        RetryRecord back = codec.decode(codec.encode(record)).orElseThrow();
        assertThat(back.body()).isEqualTo(body);
        assertThat(back.uuid()).isEqualTo("leg \"ü\"\n\0");
    }

    @Test
    void fieldsOfLaterVersionsAreOverlooked() {
        var record = record(CallEvents.of("leg", CallAction.ANSWER), new byte[]{1});
        String text = new String(codec.encode(record), StandardCharsets.UTF_8);
        assertThat(codec.decode(bytes(text.replaceFirst("\\{", "{\"new_field\":{\"a\":[1]},")))).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "{}", "7", "\"text\"", "{\"endpoint_id\":\"no uuid\"}", "{\"attempts\":1",
            "\u0000\u0001"})
    void garbageIsNoHandOff(String garbage) {
        assertThat(codec.decode(bytes(garbage))).isEmpty();
    }

    @Test
    void aTombstoneIsNoHandOff() {
        assertThat(codec.decode(null)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"endpoint_id", "replay_id", "event_id", "uuid", "action", "attributes", "body", "attempts",
            "error"})
    void aRecordThatLacksAPartIsNoHandOff(String part) {
        var record = record(CallEvents.of("leg", CallAction.ANSWER), new byte[]{1});
        String text = new String(codec.encode(record), StandardCharsets.UTF_8);
        String without = text.replaceFirst("\"" + part + "\":", "\"was_" + part + "\":");
        assertThat(without).isNotEqualTo(text);
        assertThat(codec.decode(bytes(without))).isEmpty();
    }

    @Test
    void anAttributeWithoutAValueMakesNoHandOff() {
        var record = record(CallEvents.of("leg", CallAction.ANSWER), new byte[]{1});
        String text = new String(codec.encode(record), StandardCharsets.UTF_8);
        String broken = text.replaceFirst("\"specversion\":\"1.0\"", "\"specversion\":null");
        assertThat(broken).isNotEqualTo(text);
        assertThat(codec.decode(bytes(broken))).isEmpty();
    }

    private static RetryRecord record(CallEventMessage message, byte[] body) {
        return new RetryRecord(ENDPOINT, RetryRecord.LIVE, message.id().value(), message.uuid(),
                message.action().wireName(), message.attributes(), body, 1, 0, "http_5xx", "status 500", 500, 1500L);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
