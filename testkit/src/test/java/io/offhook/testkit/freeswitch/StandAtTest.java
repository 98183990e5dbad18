package io.offhook.testkit.freeswitch;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class StandAtTest {
    private static final SwitchOptions OPTIONS = SwitchOptions.defaults().withShowChannelsDelay(Duration.ZERO);
    private static final String R02 = "r02_recover_on_b_while_a_lives";

    @ParameterizedTest
    @CsvSource({"s19_gap,s19_gap.show_channels.json,s19_gap.uuid_dump.,3,a6cb0663-0ea5-492c-84b6-0c5bd99ec522",
            "r01_recover_same_node.after,r01_recover_same_node.after.show_channels.json,r01_recover_same_node.after.uuid_dump.,2,"
                    + "303a3030-8cc8-4adc-836a-7b738685d55e",
            "r02_recover_on_b_while_a_lives.A.after,r02_recover_on_b_while_a_lives.A.after.show_channels.json,"
                    + "r02_recover_on_b_while_a_lives.nodeA.uuid_dump.,2,e1b0a627-013a-4707-9270-4ffc96978bc2",
            "r02_recover_on_b_while_a_lives.A.afterbye,r02_recover_on_b_while_a_lives.A.afterbye.show_channels.json,"
                    + "r02_recover_on_b_while_a_lives.nodeA.uuid_dump.,2,e1b0a627-013a-4707-9270-4ffc96978bc2",
            "r02_recover_on_b_while_a_lives.B.after,r02_recover_on_b_while_a_lives.B.after.show_channels.json,"
                    + "r02_recover_on_b_while_a_lives.nodeB.uuid_dump.,2,c853a0e6-6ed6-4949-a166-3004084b776a"})
    void everyCommandAnswersAsRecorded(String moment, String rows, String dumps, int legs, String core)
            throws Exception {
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start(OPTIONS);
                RawClient client = new RawClient(server)) {
            server.standAt(moment);
            client.login();
            assertThat(client.command("api show channels as json").text()).isEqualTo(Captures.text(rows));
            assertThat(client.command("api global_getvar core_uuid").text()).isEqualTo(core);
            List<String> files = Captures.files().stream()
                    .filter(file -> file.startsWith(dumps) && file.endsWith(".json")).toList();
            assertThat(files).hasSize(legs);
            for (String file : files) {
                String uuid = EventJson.parse(Captures.bytes(file)).text("Unique-ID");
                assertThat(client.command("api uuid_exists " + uuid).text()).isEqualTo("true");
                assertThat(client.command("api uuid_dump " + uuid + " json").text()).isEqualTo(Captures.text(file));
            }
            assertThat(server.channels()).isEqualTo(legs);
        }
    }

    @Test
    void aRestartedCoreAndANodeThatOnlyReadsTheRowsOfAnotherHaveNoLegs() {
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start(OPTIONS)) {
            server.standAt("s17_kill9.after");
            assertThat(server.api("show channels as json"))
                    .isEqualTo(Captures.text("s17_kill9.show_channels_after.json"));
            assertThat(server.coreUuid())
                    .isEqualTo(Captures.open("s17_kill9.after").events().getFirst().text("Core-UUID"));
            server.standAt(R02 + ".B.before");
            assertThat(server.api("show channels as json"))
                    .isEqualTo(Captures.text(R02 + ".B.before.show_channels.json"));
            assertThat(server.api("uuid_exists b26f1e3e-dfac-4aea-bec4-2938d455ac66")).isEqualTo("false");
            assertThat(server.coreUuid()).isEqualTo("c853a0e6-6ed6-4949-a166-3004084b776a");
        }
    }

    @Test
    void whereTheRowsWereNotRecordedTheyFollowFromTheDumps() {
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start(OPTIONS)) {
            server.standAt("r01_recover_same_node.before");
            assertThat(server.api("show channels as json")).contains("\"row_count\":2",
                    "ba83c3c6-ac65-4bcc-88f8-9346a4ad19b2", "20d54993-dd67-4d71-8de2-85b3017b3a44");
        }
    }

    @Test
    void whatIsPlayedBehindTheGapChangesTheStateAsItCame() throws Exception {
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start(OPTIONS);
                RawClient client = RawClient.subscribed(server, "event json CHANNEL_HANGUP_COMPLETE")) {
            server.play("s19_gap.before", PlayOptions.fast()).await(Duration.ofSeconds(10));
            assertThat(server.channels()).isEqualTo(3);
            server.standAt("s19_gap");
            assertThat(server.sessionsSinceStartup()).isEqualTo(99);
            server.play("s19_gap.after", PlayOptions.fast());
            for (int i = 0; i < 3; i++) {
                client.event("CHANNEL_HANGUP_COMPLETE");
            }
            assertThat(server.channels()).isZero();
            assertThat(server.api("show channels as json")).isEqualTo("{\"row_count\": 0}\n");
        }
    }

    @Test
    void aVariableThatIsNotSetIsAnEmptyReplyForWhichTheEventSocketHasItsOwnWords() throws Exception {
        try (SimulatedFreeSwitch server = SimulatedFreeSwitch.start(OPTIONS);
                RawClient client = new RawClient(server)) {
            client.login();
            assertThat(server.api("global_getvar nothing")).isEmpty();
            assertThat(client.command("api global_getvar nothing").text()).isEqualTo("-ERR no reply\n");
            assertThat(new String(client.command("api global_getvar core_uuid").body(), StandardCharsets.US_ASCII))
                    .isEqualTo(server.coreUuid());
        }
    }

    @Test
    void aMomentThatWasNotRecordedIsRefusedByName() {
        assertThat(Captures.moments()).hasSize(9).allSatisfy(CapturedStand::of);
        assertThatThrownBy(() -> CapturedStand.of("s02_bridge_a_hangs_up")).hasMessageContaining("s02_bridge");
    }
}
