package io.offhook.testkit.freeswitch;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.freeswitch.esl.client.IEslEventListener;
import org.freeswitch.esl.client.inbound.Client;
import org.freeswitch.esl.client.inbound.InboundConnectionFailure;
import org.freeswitch.esl.client.transport.event.EslEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** The client library of the FreeSWITCH project, which knows nothing of this one, takes the simulated switch for a real one. */
class IndependentClientTest {
    private final SimulatedFreeSwitch server = SimulatedFreeSwitch.start();
    private final Client client = new Client();
    private final List<EslEvent> events = new CopyOnWriteArrayList<>();
    private final List<EslEvent> jobs = new CopyOnWriteArrayList<>();

    @BeforeEach
    void connect() throws InboundConnectionFailure {
        client.addEventListener(new IEslEventListener() {
            @Override
            public void eventReceived(EslEvent event) {
                events.add(event);
            }

            @Override
            public void backgroundJobResultReceived(EslEvent event) {
                jobs.add(event);
            }
        });
        client.connect("127.0.0.1", server.port(), "ClueCon", 5);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void authenticatesSubscribesAndReceivesTheEventsOfACall() {
        assertThat(
                client.setEventSubscriptions("plain", "CHANNEL_CREATE CHANNEL_ANSWER CHANNEL_HANGUP_COMPLETE").isOk())
                .isTrue();
        server.placeCall(CallPlan.of(CallKind.BRIDGED).withTalk(Duration.ofMillis(20)));
        await().untilAsserted(() -> assertThat(events).hasSize(6));
        assertThat(events.stream().map(EslEvent::getEventName)).containsExactly("CHANNEL_CREATE", "CHANNEL_CREATE",
                "CHANNEL_ANSWER",
                "CHANNEL_ANSWER", "CHANNEL_HANGUP_COMPLETE", "CHANNEL_HANGUP_COMPLETE");
        for (EslEvent event : events) {
            LegTruth truth = server.ledger().leg(event.getEventHeaders().get("Unique-ID")).orElseThrow();
            assertThat(event.getEventHeaders()).containsEntry("Caller-Destination-Number", truth.callee())
                    .containsEntry("Caller-Channel-Created-Time", Long.toString(truth.createdMicros()));
        }
    }

    @Test
    void getsRepliesToApiAndBgapi() {
        assertThat(client.sendSyncApiCommand("show", "channels as json").getBodyLines())
                .containsExactly("{\"row_count\": 0}");
        assertThat(client.sendSyncApiCommand("status", "").getBodyLines().getFirst()).startsWith("UP 0 years, 0 days");
        assertThat(client.setEventSubscriptions("plain", "BACKGROUND_JOB").isOk()).isTrue();
        String job = client.sendAsyncApiCommand("uuid_exists", "nobody");
        await().untilAsserted(() -> assertThat(jobs).hasSize(1));
        assertThat(jobs.getFirst().getEventHeaders()).containsEntry("Job-UUID", job).containsEntry("Job-Command",
                "uuid_exists");
        assertThat(jobs.getFirst().getEventBodyLines()).containsExactly("false");
    }

    @Test
    void filtersAndLeaves() {
        assertThat(client.setEventSubscriptions("plain", "ALL").isOk()).isTrue();
        assertThat(client.addEventFilter("Event-Name", "HEARTBEAT").isOk()).isTrue();
        server.placeCall(CallPlan.of(CallKind.APP_ANSWERED));
        server.faults().heartbeatNow();
        await().untilAsserted(() -> assertThat(events).isNotEmpty());
        assertThat(events.getFirst().getEventName()).isEqualTo("HEARTBEAT");
        assertThat(client.deleteEventFilter("Event-Name", "HEARTBEAT").isOk()).isTrue();
        assertThat(client.close().isOk()).isTrue();
        await().until(() -> server.clients() == 0);
    }

    @Test
    void isTurnedAwayWithAWrongPassword() {
        assertThatThrownBy(() -> new Client().connect("127.0.0.1", server.port(), "wrong", 5))
                .isInstanceOf(InboundConnectionFailure.class);
    }
}
