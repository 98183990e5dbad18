package io.offhook.testkit.freeswitch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class CaptureTruthTest {

    static List<String> captures() {
        // The two without legs have no timeline, or an empty one.
        return Captures.names().stream().filter(name -> !name.startsWith("s32") && !name.startsWith("t03")).toList();
    }

    @ParameterizedTest
    @MethodSource("captures")
    void theTimelineHoldsEveryLifecycleEventOfTheStreamInItsOrder(String name) {
        List<String> lifecycle = List.of("CHANNEL_CREATE", "CHANNEL_ORIGINATE", "CHANNEL_ANSWER",
                "CHANNEL_HANGUP_COMPLETE");
        List<String> stream = Captures.open(name).events().stream().filter(event -> lifecycle.contains(event.name()))
                .map(event -> event.name() + " " + event.text("Event-Sequence") + " " + event.text("Unique-ID"))
                .toList();
        assertThat(CaptureTruth.of(name).events().stream().filter(line -> lifecycle.contains(line.name()))
                .map(line -> line.name() + " " + line.sequence() + " " + line.uuid())).isEqualTo(stream).isNotEmpty();
    }

    @Test
    void timesAreExactAndIdentityIsAsPrinted() {
        CaptureTruth truth = CaptureTruth.of("s02_bridge_a_hangs_up");
        assertThat(truth.legs()).containsEntry("B", "c5d11e34-69c2-41e3-a8ce-20d47bed61e7").hasSize(2);
        List<CaptureTruth.Line> b = truth.ofLeg(truth.legs().get("B"));
        CaptureTruth.Line end = b.stream().filter(line -> line.name().equals("CHANNEL_HANGUP_COMPLETE")).findFirst()
                .orElseThrow();
        assertThat(end)
                .extracting(CaptureTruth.Line::createdMicros, CaptureTruth.Line::answeredMicros,
                        CaptureTruth.Line::hangupMicros)
                .containsExactly(1795374886246250L, 1795374887246240L, 1795374889286237L);
        assertThat(end).extracting(CaptureTruth.Line::direction, CaptureTruth.Line::dest, CaptureTruth.Line::cid,
                CaptureTruth.Line::ani, CaptureTruth.Line::hangupCause, CaptureTruth.Line::answerState)
                .containsExactly("outbound", "1001", "1000", "1000", "NORMAL_CLEARING", "hangup");
    }

    @Test
    void aCaptureWithoutATimelineIsRefusedByName() {
        assertThatThrownBy(() -> CaptureTruth.of("s32_heartbeat")).hasMessageContaining("s32_heartbeat");
        assertThatThrownBy(() -> CaptureTruth.of("nothing")).hasMessageContaining("nothing");
    }

    @Test
    void sideFilesAreListedAndReadable() {
        assertThat(Captures.files()).contains("s19_gap.show_channels.json", "c01_encode_true.req01.http",
                "cdr-samples/0d58e070-78cf-4229-a034-786555dd3d9d.cdr.json");
        assertThat(Captures.text("s19_gap.count.json")).isEqualTo("{\"row_count\":3,\"rows\":[]}");
        assertThat(Captures.names()).hasSize(39);
        assertThatThrownBy(() -> Captures.bytes("no.such")).hasMessageContaining("no.such");
    }

    @Test
    void theIndexListsEveryFileOfTheFolder() throws IOException {
        Path folder = Path.of("src/main/resources/esl-captures");
        try (Stream<Path> files = Files.walk(folder)) {
            assertThat(files.filter(Files::isRegularFile).map(file -> folder.relativize(file).toString())
                    .filter(file -> !file.equals("INDEX"))).containsExactlyInAnyOrderElementsOf(Captures.files());
        }
    }
}
