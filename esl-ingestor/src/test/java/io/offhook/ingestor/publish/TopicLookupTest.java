package io.offhook.ingestor.publish;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.offhook.model.CallAction;
import io.offhook.model.CallEvent;
import io.offhook.model.CallEventMessage;
import io.offhook.testkit.kafka.EmbeddedKafka;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TopicLookupTest {

    private static EmbeddedKafka kafka;

    @BeforeAll
    static void startKafka() {
        kafka = EmbeddedKafka.temporary().start();
    }

    @AfterAll
    static void stopKafka() {
        kafka.close();
    }

    @Test
    void findsExactlyWhatIsThereOfTheLegsAskedFor() throws Exception {
        var topic = new Topic(kafka.bootstrapServers(), 5);
        for (int i = 0; i < 12; i++) {
            List<CallEvent> leg = Events.leg("leg" + i);
            topic.append(leg.subList(0, 1 + i % 3).toArray(CallEvent[]::new));
        }
        var asked = new HashMap<String, Long>();
        IntStream.range(0, 9).forEach(i -> asked.put("leg" + i, 0L));
        asked.put("nobody", 0L);
        try (var lookup = new TopicLookup(topic.name(), topic.client())) {
            for (int again = 0; again < 2; again++) {
                Map<String, List<CallEventMessage>> found = lookup.find(asked);
                assertThat(found).hasSize(9);
                for (int i = 0; i < 9; i++) {
                    assertThat(found.get("leg" + i)).extracting(CallEventMessage::action)
                            .containsExactlyElementsOf(List.of(CallAction.values()).subList(0, 1 + i % 3));
                }
            }
            assertThat(lookup.find(Map.of("nobody", 0L))).isEmpty();
            assertThat(lookup.find(Map.of())).isEmpty();
        }
    }

    @Test
    void ofDuplicatesTheFirstCounts() throws Exception {
        var topic = new Topic(kafka.bootstrapServers(), 1);
        CallEvent.Hangup hangup = (CallEvent.Hangup) Events.leg("u1").getLast();
        var other = new CallEvent.Hangup(hangup.leg(), hangup.callStart(), null, hangup.callEnd(), "ORIGINATOR_CANCEL");
        topic.append(hangup, Events.leg("u1").getFirst(), other);
        try (var lookup = new TopicLookup(topic.name(), topic.client())) {
            List<CallEventMessage> found = lookup.find(Map.of("u1", 0L)).get("u1");
            assertThat(found).extracting(CallEventMessage::action).containsExactly(CallAction.HANGUP,
                    CallAction.ORIGINATE);
            assertThat(new String(found.getFirst().body(), StandardCharsets.UTF_8)).contains("NORMAL_CLEARING");
        }
    }

    @Test
    void readsFromTheTimeAskedForAndSeesWhatCameSinceTheLookUpBefore() throws Exception {
        var topic = new Topic(kafka.bootstrapServers(), 1);
        List<CallEvent> leg = Events.leg("u1");
        long originated = topic.append(leg.get(0)).timestamp();
        try (var lookup = new TopicLookup(topic.name(), topic.client())) {
            assertThat(lookup.find(Map.of("u1", originated + 1))).isEmpty();
            assertThat(lookup.find(Map.of("u1", originated)).get("u1")).hasSize(1);
            // Times of append have milliseconds: the answer is to have a later one.
            long answered = originated;
            while (answered == originated) {
                answered = topic.append(leg.get(1)).timestamp();
            }
            topic.append(leg.get(2));
            assertThat(lookup.find(Map.of("u1", originated + 1)).get("u1")).extracting(CallEventMessage::action)
                    .containsExactly(CallAction.ANSWER, CallAction.HANGUP);
            assertThat(lookup.find(Map.of("u1", -1L)).get("u1")).hasSize(3);
        }
    }

    @Test
    void passesOverRecordsThatAreNoCallEvents() throws Exception {
        var topic = new Topic(kafka.bootstrapServers(), 1);
        byte[] key = "u1".getBytes(StandardCharsets.UTF_8);
        topic.append(new ProducerRecord<>(topic.name(), key, new byte[]{'{', '}'}));
        topic.append(new ProducerRecord<>(topic.name(), null, key));
        topic.append(Events.leg("u1").getFirst());
        topic.append(new ProducerRecord<>(topic.name(), key, null));
        try (var lookup = new TopicLookup(topic.name(), topic.client())) {
            assertThat(lookup.find(Map.of("u1", 0L)).get("u1")).hasSize(1);
        }
    }

    @Test
    void saysThatNothingIsKnownWhenTheTopicCannotBeRead() throws Exception {
        Map<String, Object> client = new Topic(kafka.bootstrapServers(), 1).client();
        try (var lookup = new TopicLookup("no-such-topic", client)) {
            assertThatThrownBy(() -> lookup.find(Map.of("u1", 0L))).isInstanceOf(KafkaException.class);
        }
    }

    @Test
    void canBeInterrupted() throws Exception {
        Map<String, Object> client = new Topic(kafka.bootstrapServers(), 1).client();
        try (var lookup = new TopicLookup("no-such-topic", client)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> lookup.find(Map.of("u1", 0L))).isInstanceOf(InterruptedException.class);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        }
    }
}
