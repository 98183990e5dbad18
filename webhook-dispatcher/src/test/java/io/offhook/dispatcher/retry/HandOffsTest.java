package io.offhook.dispatcher.retry;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.offhook.dispatcher.CallEvents;
import io.offhook.dispatcher.SharedServers;
import io.offhook.dispatcher.lane.HandOffReason;
import io.offhook.model.CallAction;
import io.offhook.model.CallEventMessage;
import io.offhook.testkit.kafka.EmbeddedKafka;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(SharedServers.class)
class HandOffsTest {

    @Test
    void oneThatCannotBeWrittenDoesNotHoldUpTheOthers(EmbeddedKafka kafka) throws Exception {
        Map<String, Object> client = Map.of("bootstrap.servers", kafka.bootstrapServers());
        String topic = "hand-offs-" + UUID.randomUUID();
        try (var admin = Admin.create(client)) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
        }
        CallEventMessage good = CallEvents.of("leg", CallAction.ORIGINATE);
        var nameless = new LinkedHashMap<>(good.attributes());
        nameless.put(null, "an attribute without a name");
        var broken = new CallEventMessage(good.id(), good.action(), good.uuid(), nameless,
                good.body());
        var acknowledged = new CountDownLatch(1);
        try (var handOffs = new HandOffs(topic, new HashMap<>(client))) {
            handOffs.notTried(UUID.randomUUID(), broken, HandOffReason.ORDERED, (_, _) -> {
                throw new AssertionError("never written");
            });
            handOffs.notTried(UUID.randomUUID(), good, HandOffReason.ORDERED, (_, _) -> acknowledged.countDown());
            assertThat(acknowledged.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }
}
