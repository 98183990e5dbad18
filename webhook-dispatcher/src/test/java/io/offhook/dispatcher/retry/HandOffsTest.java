package io.offhook.dispatcher.retry;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.offhook.dispatcher.CallEvents;
import io.offhook.dispatcher.SharedServers;
import io.offhook.dispatcher.lane.HandOffReason;
import io.offhook.model.CallAction;
import io.offhook.model.CallEventMessage;
import io.offhook.testkit.kafka.EmbeddedKafka;
import io.offhook.testkit.kafka.TestTopics;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.Partitioner;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(SharedServers.class)
class HandOffsTest {

    @Test
    void oneThatCannotBeWrittenDoesNotHoldUpTheOthers(EmbeddedKafka kafka) throws Exception {
        Map<String, Object> client = Map.of("bootstrap.servers", kafka.bootstrapServers());
        String topic = "hand-offs-" + UUID.randomUUID();
        TestTopics.make(kafka.bootstrapServers(), new NewTopic(topic, 1, (short) 1));
        CallEventMessage good = CallEvents.of("leg", CallAction.ORIGINATE);
        var nameless = new LinkedHashMap<>(good.attributes());
        nameless.put(null, "an attribute without a name");
        var broken = new CallEventMessage(good.id(), good.action(), good.uuid(), nameless,
                good.body());
        var acknowledged = new CountDownLatch(1);
        var refused = new CountDownLatch(1);
        var meters = new SimpleMeterRegistry();
        try (var handOffs = new HandOffs(topic, new HashMap<>(client), meters)) {
            handOffs.notTried(UUID.randomUUID(), broken, HandOffReason.ORDERED,
                    new Counted(new CountDownLatch(0), refused, new ConcurrentLinkedQueue<>()));
            handOffs.notTried(UUID.randomUUID(), good, HandOffReason.ORDERED,
                    new Counted(acknowledged, new CountDownLatch(0), new ConcurrentLinkedQueue<>()));
            assertThat(acknowledged.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(refused.await(20, TimeUnit.SECONDS)).as("settled, so that it holds up nothing").isTrue();
        }
        assertThat(meters.get("offhook.dispatcher.hand.offs.refused").counter().count()).isEqualTo(1);
    }

    @Test
    void aProducerThatFailsIsReplacedAndWhatItHadIsSentInTheOrderGiven(EmbeddedKafka kafka) throws Exception {
        Map<String, Object> client = Map.of("bootstrap.servers", kafka.bootstrapServers());
        String topic = "hand-offs-" + UUID.randomUUID();
        var meters = new SimpleMeterRegistry();
        var acknowledged = new CountDownLatch(3);
        var offsets = new ConcurrentLinkedQueue<Long>();
        Map<String, Object> failing = new HashMap<>(client);
        failing.put("partitioner.class", FailsAtFirst.class.getName());
        failing.put(FailsAtFirst.FAILURES, new AtomicInteger(2));
        failing.put(FailsAtFirst.NOT_MADE, new AtomicInteger(2));
        try (var admin = Admin.create(client); var handOffs = new HandOffs(topic, failing, meters)) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
            for (CallAction action : CallAction.values()) {
                handOffs.notTried(UUID.randomUUID(), CallEvents.of("leg", action), HandOffReason.ORDERED,
                        new Counted(acknowledged, new CountDownLatch(0), offsets));
            }
            assertThat(acknowledged.await(20, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(List.copyOf(offsets)).isSorted();
        assertThat(meters.get("offhook.dispatcher.hand.offs.renewals").counter().count()).isPositive();
    }

    /** What a permission that was taken away for a time does to a producer. */
    public static final class FailsAtFirst implements Partitioner {
        static final String FAILURES = "failures";
        static final String NOT_MADE = "not.made";
        private AtomicInteger failures;

        /** The first producer is made, those that replace it not at once. */
        @Override
        public void configure(Map<String, ?> configs) {
            failures = (AtomicInteger) configs.get(FAILURES);
            if (failures.get() < 2 && ((AtomicInteger) configs.get(NOT_MADE)).getAndDecrement() > 0) {
                throw new ConfigException("No resolvable bootstrap urls given in bootstrap.servers");
            }
        }

        @Override
        public int partition(String topic, Object key, byte[] keyBytes, Object value, byte[] valueBytes,
                Cluster cluster) {
            if (failures.getAndDecrement() > 0) {
                throw new TopicAuthorizationException(topic);
            }
            return 0;
        }

        @Override
        public void close() {
            // Holds nothing.
        }
    }

    private record Counted(CountDownLatch acknowledged, CountDownLatch refused, Queue<Long> offsets)
            implements
                HandOffs.Receipt {

        @Override
        public void handedOffAt(int partition, long offset) {
            assertThat(acknowledged.getCount()).as("not expected").isPositive();
            offsets.add(offset);
            acknowledged.countDown();
        }

        @Override
        public void handOffRefused() {
            assertThat(refused.getCount()).as("not expected").isPositive();
            refused.countDown();
        }
    }
}
