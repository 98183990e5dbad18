package io.offhook.dispatcher;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

import io.offhook.dispatcher.attempt.AttemptHistory;
import io.offhook.dispatcher.live.LiveLoop;
import io.offhook.dispatcher.replay.ReplayEngine;
import io.offhook.dispatcher.retry.HandOffPersistence;
import io.offhook.dispatcher.retry.RetryEngine;
import io.offhook.testkit.kafka.EmbeddedKafka;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import io.offhook.testkit.receiver.Answer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

@ExtendWith(SharedServers.class)
class RolesTest {

    @Test
    void threeProcessesWithARoleEachDoTogetherWhatOneDoes(EmbeddedKafka kafka, EmbeddedPostgresServer postgres) {
        var well = new AtomicBoolean();
        try (var site = new Site(kafka, postgres, "roles");
                var live = dispatcher(site, "live");
                var retry = dispatcher(site, "retry");
                var persist = dispatcher(site, " Persist ")) {
            site.receiver.on("/failing", _ -> well.get() ? Answer.ok() : Answer.status(500));
            UUID endpoint = site.addEndpoint("/failing", CallEvents.TENANT);
            live.awaitEndpoint(endpoint);
            live.awaitPartitions(Site.PARTITIONS);
            site.publishLegs("leg-", 10, CallEvents.TENANT);
            await().atMost(Site.LIMIT).until(() -> site.registry.rows(endpoint).size() == 30);
            well.set(true);
            site.receiver.ledger().awaitAccepted(30, Site.LIMIT);
            await().atMost(Site.LIMIT).until(() -> site.registry.value(Long.class,
                    "select count(*) from delivery_attempts where outcome = 'delivered'") == 30);

            assertHasOnly(live, LiveLoop.class);
            assertHasOnly(retry, RetryEngine.class, ReplayEngine.class);
            assertHasOnly(persist, HandOffPersistence.class, AttemptHistory.class);
            assertThat(site.receiver.ledger().report().outOfOrder()).isEmpty();
        }
    }

    @Test
    void aRoleThatThereIsNotStopsTheProcess(EmbeddedKafka kafka, EmbeddedPostgresServer postgres) {
        try (var site = new Site(kafka, postgres, "no_such_role")) {
            assertThatThrownBy(() -> dispatcher(site, "live,sweep")).hasStackTraceContaining("sweep");
        }
    }

    private static RunningDispatcher dispatcher(Site site, String roles) {
        return site.dispatcher(Map.of("offhook.dispatcher.roles", roles));
    }

    private static void assertHasOnly(RunningDispatcher dispatcher, Class<?>... parts) {
        for (Class<?> part : new Class<?>[]{
                LiveLoop.class, RetryEngine.class, ReplayEngine.class, HandOffPersistence.class,
                AttemptHistory.class}) {
            if (List.of(parts).contains(part)) {
                assertThat(dispatcher.bean(part)).isNotNull();
            } else {
                assertThatThrownBy(() -> dispatcher.bean(part)).isInstanceOf(NoSuchBeanDefinitionException.class);
            }
        }
    }
}
