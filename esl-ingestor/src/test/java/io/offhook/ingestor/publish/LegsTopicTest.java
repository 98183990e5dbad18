package io.offhook.ingestor.publish;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

import io.offhook.ingestor.call.OpenLeg;
import io.offhook.model.CallEvent;
import io.offhook.testkit.kafka.EmbeddedKafka;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LegsTopicTest {

    private static final int ROUNDS = 100_000;

    @Test
    void legsThatEndAtOnceAndAcknowledgementsOfOthersDoNotWaitForEachOther() throws Exception {
        try (var kafka = EmbeddedKafka.temporary().start()) {
            var topic = new Topic(kafka.bootstrapServers(), 1);
            // Closed only where it is not stuck: closing would be, too.
            var legs = new LegsTopic(topic.name(), topic.client());
            List<String> up = IntStream.range(0, 64).mapToObj(i -> "up-" + i).toList();
            up.forEach(uuid -> legs.write(open(uuid)));

            CompletableFuture<Void> acknowledged = rounds(i -> legs.acknowledged(answer(up.get(i % up.size()))));
            CompletableFuture<Void> ended = rounds(i -> {
                legs.write(open("ends-" + i));
                legs.ending("ends-" + i);
            });

            assertThat(CompletableFuture.allOf(acknowledged, ended)).succeedsWithin(60, TimeUnit.SECONDS);
            legs.close();
        }
    }

    /** On a thread that holds up nobody, should it be stuck. */
    private static CompletableFuture<Void> rounds(IntConsumer round) {
        return CompletableFuture.runAsync(() -> IntStream.range(0, ROUNDS).forEach(round),
                task -> Thread.ofPlatform().daemon().start(task));
    }

    private static CallEvent answer(String uuid) {
        return Events.leg(uuid).get(1);
    }

    private static OpenLeg open(String uuid) {
        CallEvent originate = Events.leg(uuid).getFirst();
        return new OpenLeg(originate.leg(), List.of(), "fs1", "core", "a.example", uuid, Events.START, 0, false, null);
    }
}
