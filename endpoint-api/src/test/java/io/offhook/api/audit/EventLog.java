package io.offhook.api.audit;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import io.offhook.model.CallAction;
import io.offhook.model.CallDirection;
import io.offhook.model.CallEvent;
import io.offhook.model.CallEventBody;
import io.offhook.model.CallEventCodec;
import io.offhook.model.CallEventMessage;
import io.offhook.model.EventId;
import io.offhook.model.LegIdentity;
import io.offhook.model.Topics;
import io.offhook.testkit.kafka.EmbeddedKafka;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

import static org.awaitility.Awaitility.await;

/** Publishes call events as an ingestor does. */
final class EventLog implements AutoCloseable {

    static final String TOPIC = new Topics(Topics.DEFAULT_PREFIX).callEvents();

    private final KafkaProducer<byte[], byte[]> producer;

    EventLog(EmbeddedKafka kafka) {
        this.producer = new KafkaProducer<>(Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArraySerializer(), new ByteArraySerializer());
    }

    static CallEventMessage event(String uuid, CallAction action, String tenant) {
        var leg = new LegIdentity(uuid, "0035799123456", "+442035040000", "1002", CallDirection.OUTBOUND);
        CallEvent event = switch (action) {
            case ORIGINATE -> new CallEvent.Originate(leg, 1_580_283_919_489_709L);
            case ANSWER -> new CallEvent.Answer(leg, 1_580_283_935_169_797L);
            case HANGUP ->
                new CallEvent.Hangup(leg, 1_580_283_919_489_709L, null, 1_580_283_939_549_758L, "CALL_REJECTED");
        };
        return CallEventMessage.of(EventId.of(uuid, action), event, "fs1", tenant, "call-" + uuid, false,
                new CallEventBody().encode(event));
    }

    /** Returns when they are in the topic. */
    List<RecordMetadata> publish(CallEventMessage... messages) {
        return publish(Arrays.stream(messages));
    }

    List<RecordMetadata> publish(Stream<CallEventMessage> messages) {
        return sent(messages.map(message -> CallEventCodec.toRecord(TOPIC, message)).map(producer::send).toList());
    }

    void publishLeg(String uuid, String tenant) {
        publish(Arrays.stream(CallAction.values()).map(action -> event(uuid, action, tenant)));
    }

    /** A record that is no event of ours. */
    void publishForeign(String key, String value) {
        sent(List.of(producer.send(new ProducerRecord<>(TOPIC, key.getBytes(StandardCharsets.UTF_8),
                value.getBytes(StandardCharsets.UTF_8)))));
    }

    private static <T> List<T> sent(List<Future<T>> futures) {
        return futures.stream().map(future -> {
            try {
                return future.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }).toList();
    }

    /** A millisecond between what was published before and what is published after. */
    static Instant between() {
        Instant next = Instant.ofEpochMilli(System.currentTimeMillis() + 2);
        await().until(() -> Instant.now().isAfter(next));
        return next;
    }

    @Override
    public void close() {
        producer.close();
    }
}
