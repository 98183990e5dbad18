package io.offhook.dispatcher.retry;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import io.offhook.dispatcher.CallEvents;
import io.offhook.dispatcher.SharedServers;
import io.offhook.dispatcher.lane.HandOffReason;
import io.offhook.model.CallAction;
import io.offhook.model.CallEventMessage;
import io.offhook.testkit.kafka.EmbeddedKafka;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(SharedServers.class)
class RetryTailTest {

    private static final int PARTITION = 1;
    private static final UUID FIRST = new UUID(0, 1);
    private static final UUID SECOND = new UUID(0, 2);

    private final String topic = "tail-" + UUID.randomUUID();
    private final RetryRecord.Codec codec = new RetryRecord.Codec();

    @Test
    void namesTheEndpointsOfTheTailAndWhereTheirLastHandOffEnds(EmbeddedKafka kafka) throws Exception {
        Map<String, Object> client = Map.of("bootstrap.servers", kafka.bootstrapServers());
        try (var admin = Admin.create(client);
                var tail = new RetryTail(topic, client);
                var producer = new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer())) {
            tail.start();
            var waiting = tail.read(PARTITION, 0);
            admin.createTopics(List.of(new NewTopic(topic, 2, (short) 1))).all().get();
            assertThat(waiting.get(60, TimeUnit.SECONDS)).as("of an empty one, once it is there").isEmpty();

            send(producer, 0, codec.encode(handOff(UUID.randomUUID())));
            send(producer, PARTITION, codec.encode(handOff(FIRST)));
            send(producer, PARTITION, codec.encode(handOff(SECOND)));
            send(producer, PARTITION, "no hand-off".getBytes(StandardCharsets.UTF_8));
            send(producer, PARTITION, codec.encode(handOff(FIRST)));
            assertThat(read(tail, 0)).containsOnly(Map.entry(FIRST, 4L), Map.entry(SECOND, 2L));
            assertThat(read(tail, 2)).containsOnly(Map.entry(FIRST, 4L));
            assertThat(read(tail, 4)).isEmpty();
            assertThat(read(tail, 5)).as("behind the end").isEmpty();

            admin.deleteRecords(Map.of(new TopicPartition(topic, PARTITION), RecordsToDelete.beforeOffset(3))).all()
                    .get();
            assertThat(read(tail, 0)).as("from what is left").containsOnly(Map.entry(FIRST, 4L));
        }
    }

    private static Map<UUID, Long> read(RetryTail tail, long from) throws Exception {
        return tail.read(PARTITION, from).get(20, TimeUnit.SECONDS);
    }

    private void send(Producer<byte[], byte[]> producer, int partition, byte[] value) throws Exception {
        producer.send(new ProducerRecord<>(topic, partition, new byte[0], value)).get(20, TimeUnit.SECONDS);
    }

    private static RetryRecord handOff(UUID endpoint) {
        CallEventMessage message = CallEvents.of("leg", CallAction.ORIGINATE);
        return new RetryRecord(endpoint, RetryRecord.LIVE, message.id().value(), message.uuid(),
                message.action().wireName(), message.attributes(), message.body(), 0, 0,
                HandOffReason.BREAKER_OPEN.wireName(), null, null, null);
    }
}
