package io.offhook.testkit.freeswitch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class ProtocolTest {
    private SimulatedFreeSwitch server;
    private RawClient client;

    @BeforeEach
    void start() throws IOException {
        server = SimulatedFreeSwitch.start(SwitchOptions.defaults().withShowChannelsDelay(Duration.ofMillis(150)));
        client = new RawClient(server);
        client.login();
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.close();
    }

    private String reply(String command) throws IOException {
        return client.command(command).head().get("Reply-Text");
    }

    private void custom(String subclass, String... headers) {
        List<Header> more = new ArrayList<>(List.of(Header.of("Event-Subclass", subclass)));
        for (int i = 0; i < headers.length; i += 2) {
            more.add(Header.of(headers[i], headers[i + 1]));
        }
        server.fire(server.newEvent("CUSTOM", more));
    }

    /** The numbers that arrive before number 99, which always passes. */
    private String arrived() throws IOException {
        custom("a::b", "N", "99", "Pass", "always");
        StringBuilder numbers = new StringBuilder();
        while (true) {
            String number = client.frame().json().text("N");
            if (number.equals("99")) {
                return numbers.toString();
            }
            numbers.append(number);
        }
    }

    @Test
    void subscriptionsAddUpAndTheLastFormatHoldsForAll() throws IOException {
        assertThat(reply("event json HEARTBEAT")).isEqualTo("+OK event listener enabled json");
        assertThat(reply("event plain RE_SCHEDULE CUSTOM a::b HEARTBEAT"))
                .isEqualTo("+OK event listener enabled plain");
        custom("HEARTBEAT");
        custom("a::c");
        server.faults().heartbeatNow();
        assertThat(client.frame().text()).startsWith("Event-Name: CUSTOM\n").contains("\nEvent-Subclass: HEARTBEAT\n");
        assertThat(client.frame().text()).startsWith("Event-Name: HEARTBEAT\n").endsWith("\nIdle-CPU: 81.466667\n\n");
        assertThat(client.frame().text()).startsWith("Event-Name: RE_SCHEDULE\n");
        assertThat(reply("nixevent HEARTBEAT")).isEqualTo("+OK events nixed");
        server.faults().heartbeatNow();
        assertThat(client.frame().text()).startsWith("Event-Name: RE_SCHEDULE\n");
    }

    @Test
    void aFailedEventCommandChangesNothing() throws IOException {
        reply("event json CUSTOM a::b");
        assertThat(reply("event plain NO_SUCH")).isEqualTo("-ERR no keywords supplied");
        custom("a::b", "N", "1");
        assertThat(arrived()).isEqualTo("1");
    }

    @Test
    void filtersAreOredLookOnlyAtHeadersThatAreThereAndStartFromNothing() throws IOException {
        reply("event json CUSTOM a::b");
        assertThat(reply("filter Pass always")).isEqualTo("+OK filter added. [Pass]=[always]");
        reply("filter Tenant b.example");
        reply("filter Number /^\\+49/");
        custom("a::b", "N", "1", "Tenant", "B.Example");
        custom("a::b", "N", "2", "Tenant", "c.example");
        custom("a::b", "N", "3", "Number", "+4930");
        custom("a::b", "N", "4");
        assertThat(arrived()).isEqualTo("13");
        assertThat(reply("filter delete Tenant b.example")).isEqualTo("+OK filter deleted. [Tenant][b.example]");
        custom("a::b", "N", "5", "Tenant", "b.example");
        assertThat(arrived()).isEmpty();
        reply("filter delete all");
        custom("a::b", "N", "6");
        assertThat(arrived()).isEqualTo("6");
    }

    @Test
    void aLoneNegativeFilterLetsNothingThrough() throws IOException {
        reply("event json CUSTOM a::b");
        reply("filter Tenant -c.example");
        custom("a::b", "N", "1", "Tenant", "b.example");
        custom("a::b", "N", "2", "Tenant", "c.example");
        reply("filter Pass always");
        assertThat(arrived()).isEmpty();
        reply("filter Tenant b.example");
        custom("a::b", "N", "3", "Tenant", "b.example", "Pass", "always");
        custom("a::b", "N", "4", "Tenant", "c.example", "Pass", "always");
        assertThat(arrived()).isEqualTo("3");
    }

    @Test
    void eventsWaitWhileACommandIsIncomplete() {
        CommandReader reader = new CommandReader();
        Gate gate = new Gate();
        for (byte octet : "api uuid_exi".getBytes(StandardCharsets.US_ASCII)) {
            assertThat(reader.accept(octet)).isNull();
        }
        gate.partialCommand(reader.partial());
        Thread writer = Thread.ofPlatform().start(() -> {
            try {
                gate.awaitWriting();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        await().until(() -> writer.getState() == Thread.State.WAITING);
        for (byte octet : "sts x\n\n".getBytes(StandardCharsets.US_ASCII)) {
            reader.accept(octet);
        }
        gate.partialCommand(reader.partial());
        await().until(() -> !writer.isAlive());
    }

    @Test
    void sendeventReachesSubscribersWithItsHeadersAndRawBody() throws IOException {
        reply("event plain CUSTOM x::y");
        client.send(
                "sendevent CUSTOM\nEvent-Subclass: x::y\nContent-Length: 9\n\n\n\na: %41\u00fc".replace("\u00fc", "Z"));
        RawClient.Frame first = client.frame();
        RawClient.Frame second = client.frame();
        RawClient.Frame event = first.type().equals("text/event-plain") ? first : second;
        assertThat(event.text()).startsWith("Event-Subclass: x%3A%3Ay\nCommand: sendevent%20CUSTOM\n")
                .contains("\nEvent-Name: CUSTOM\n").endsWith("Content-Length: 9\n\n\n\na: %41Z");
    }

    @Test
    void showChannelsLagsBehindWhileUuidExistsIsLive() throws IOException {
        PlacedCall call = server.placeCall(CallPlan.of(CallKind.APP_ANSWERED));
        String uuid = call.legUuids().getFirst();
        assertThat(client.command("api uuid_exists " + uuid).text()).isEqualTo("true");
        assertThat(client.command("api show channels count as json").text()).isEqualTo("{\"row_count\": 0}\n");
        await()
                .until(() -> client.command("api show channels as json").text()
                        .startsWith("{\"row_count\":1,\"rows\":[{\"uuid\":\"" + uuid));
        call.hangUp("MANAGER_REQUEST");
        await().until(() -> client.command("api uuid_exists " + uuid).text().equals("false"));
        assertThat(client.command("api show channels count as json").text()).isEqualTo("{\"row_count\":1,\"rows\":[]}");
        await()
                .until(() -> client.command("api show channels as json").text().equals("{\"row_count\": 0}\n"));
    }

    @Test
    void rowsHaveTheColumnsOfARealOne() throws IOException {
        server.placeCall(CallPlan.of(CallKind.BRIDGED));
        await()
                .until(() -> client.command("api show channels as json").text().startsWith("{\"row_count\":2"));
        assertThat(columns(client.command("api show channels as json").text()))
                .isEqualTo(columns(Captures.text("s19_gap.show_channels.json")));
    }

    private static List<String> columns(String rows) {
        String first = rows.substring(rows.indexOf("[{") + 1, rows.indexOf('}') + 1);
        return EventJson.parse(first.getBytes(StandardCharsets.UTF_8)).headers().stream()
                .map(Header::name).toList();
    }

    @Test
    void everyApiCommandIsAnEventForOthers() throws IOException {
        try (RawClient other = RawClient.subscribed(server, "event json API")) {
            client.command("api uuid_dump nobody json");
            EventData event = other.event("API");
            assertThat(event.text("API-Command")).isEqualTo("uuid_dump");
            assertThat(event.text("API-Command-Argument")).isEqualTo("nobody json");
        }
    }

    @Test
    void hupallEndsEveryLegWithManagerRequest() throws IOException {
        reply("event json CHANNEL_BRIDGE CHANNEL_HANGUP_COMPLETE");
        server.placeCall(CallPlan.of(CallKind.BRIDGED));
        client.event("CHANNEL_BRIDGE");
        assertThat(client.command("api hupall").text())
                .isEqualTo("+OK hangup all channels with cause MANAGER_REQUEST\n");
        assertThat(client.event("CHANNEL_HANGUP_COMPLETE").text("Hangup-Cause")).isEqualTo("MANAGER_REQUEST");
        assertThat(client.event("CHANNEL_HANGUP_COMPLETE").text("Hangup-Cause")).isEqualTo("MANAGER_REQUEST");
        assertThat(server.channels()).isZero();
    }
}
