package io.offhook.ingestor.esl;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;

import io.offhook.testkit.freeswitch.Capture;
import io.offhook.testkit.freeswitch.Captures;
import io.offhook.testkit.freeswitch.EventData;
import io.offhook.testkit.freeswitch.EventFormat;
import io.offhook.testkit.freeswitch.Header;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

class FrameDecoderTest {

    private static final byte[] NEXT = frame("text/event-json", "{\"Event-Name\":\"HEARTBEAT\"}");

    static List<String> captures() {
        return Captures.names();
    }

    @ParameterizedTest
    @MethodSource("captures")
    void readsEveryEventOfACaptureInBothFormats(String name) {
        Capture capture = Captures.open(name);
        for (EventFormat format : EventFormat.values()) {
            List<EslEvent> events = events(decode(capture.bytes(format)));
            List<EventData> truth = capture.events();
            assertThat(events).hasSameSizeAs(truth);
            for (int i = 0; i < truth.size(); i++) {
                for (String header : List.of("Event-Name", "Unique-ID", "Caller-Channel-Created-Time",
                        "Caller-Destination-Number",
                        "Hangup-Cause", "variable_domain_name")) {
                    String expected = exactly(truth.get(i), header);
                    assertThat(events.get(i).header(header)).as("%s of event %d in %s", header, i, format)
                            .isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void splitsAtEveryByteChangeNothing() {
        for (EventFormat format : EventFormat.values()) {
            byte[] bytes = Captures.open("s32_heartbeat").bytes(format);
            int frames = decode(bytes).size();
            for (int split = 1; split < bytes.length; split++) {
                var decoder = new FrameDecoder();
                var found = new ArrayList<EslFrame>();
                feed(decoder, found, bytes, 0, split);
                feed(decoder, found, bytes, split, bytes.length);
                assertThat(found).as("split at %d", split).hasSize(frames);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("captures")
    void chunksOfAnySizeChangeNothing(String name) {
        byte[] bytes = Captures.open(name).bytes(EventFormat.JSON);
        int whole = decode(bytes).size();
        for (int longest : new int[]{1, 7, 1500, 64 * 1024}) {
            var random = new Random(longest);
            var decoder = new FrameDecoder();
            var found = new ArrayList<EslFrame>();
            for (int at = 0; at < bytes.length;) {
                int to = Math.min(bytes.length, at + 1 + random.nextInt(longest));
                feed(decoder, found, bytes, at, to);
                at = to;
            }
            assertThat(found).as("chunks up to %d", longest).hasSize(whole);
            assertThat(decoder.damages()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("captures")
    void oneWrongByteCostsOneFrameAtMost(String name) {
        var random = new Random(name.hashCode());
        for (EventFormat format : EventFormat.values()) {
            byte[] original = Captures.open(name).bytes(format);
            int whole = events(decode(original)).size();
            for (int i = 0; i < 20; i++) {
                byte[] damaged = original.clone();
                int at = random.nextInt(damaged.length);
                damaged[at] = (byte) random.nextInt(256);
                assertThat(events(decode(damaged)).size()).as("byte %d of %s", at, format).isBetween(whole - 1, whole);
            }
        }
    }

    @Test
    void aNoticeSplicedIntoAFrameCostsThatFrameAlone() {
        // What FreeSWITCH 1.10.12 sends when it gives up on a listener whose socket is full: the announced frame never ends.
        byte[] bytes = ascii("""
                Content-Length: 490
                Content-Type: text/event-plain

                Event-Name: CUSTOM
                Event-Date-GMT: Sun,%2022%20Nov%202026%201Content-Type: text/disconnect-notice
                Content-Length: 39

                killed listener because of lost events
                """);
        var found = decode(concat(bytes, NEXT, NEXT, NEXT, NEXT, NEXT, NEXT));
        assertThat(found.getFirst().contentType()).isEqualTo("text/disconnect-notice");
        assertThat(new String(found.getFirst().body(), StandardCharsets.UTF_8)).startsWith("killed listener");
        assertThat(events(found)).hasSize(6);
    }

    @Test
    void aFrameCutShortByTheNextOneCostsItselfAlone() {
        byte[] cut = ascii("Content-Length: 60\nContent-Type: text/event-json\n\n{\"Event-Name\":\"CHANNEL_C");
        assertThat(events(decode(concat(NEXT, cut, NEXT, NEXT)))).hasSize(3);
    }

    @Test
    void anOversizeBodyIsPassedOverWithoutBeingKept() {
        var decoder = new FrameDecoder();
        var found = new ArrayList<EslFrame>();
        int size = FrameDecoder.MAX_BODY_BYTES + 1;
        byte[] head = ascii("Content-Length: " + size + "\nContent-Type: text/event-json\n\n");
        feed(decoder, found, head, 0, head.length);
        byte[] chunk = new byte[64 * 1024];
        for (int sent = 0; sent < size; sent += chunk.length) {
            feed(decoder, found, chunk, 0, Math.min(chunk.length, size - sent));
        }
        feed(decoder, found, NEXT, 0, NEXT.length);
        assertThat(found).hasSize(1);
        assertThat(decoder.damages()).isEqualTo(1);
    }

    @Test
    void anInnerBodyMayHoldBlankLinesAndHeaders() {
        String inner = "Zürich\n\nContent-Length: 3\n\nabc 😀";
        byte[] body = ("Event-Name: CUSTOM\nContent-Length: 36\nContent-Length: 36\n\n" + inner)
                .getBytes(StandardCharsets.UTF_8);
        byte[] head = ascii("Content-Length: " + body.length + "\nContent-Type: text/event-plain\n\n");
        assertThat(events(decode(concat(head, body, NEXT)))).hasSize(2);
    }

    @Test
    void garbageNeverThrowsAndNeverFillsMemory() {
        var random = new Random(1);
        var decoder = new FrameDecoder();
        var found = new ArrayList<EslFrame>();
        byte[] chunk = new byte[8192];
        for (int i = 0; i < 2000; i++) {
            random.nextBytes(chunk);
            feed(decoder, found, chunk, 0, chunk.length);
        }
        byte[] lineEnds = ascii("\n\n");
        feed(decoder, found, concat(lineEnds, NEXT, NEXT), 0, lineEnds.length + 2 * NEXT.length);
        assertThat(events(found)).isNotEmpty();
    }

    private static String exactly(EventData event, String header) {
        return event.headers().stream().filter(h -> h.name().equals(header)).findFirst().map(Header::text)
                .filter(t -> !t.isEmpty())
                .orElse(null);
    }

    private static List<EslFrame> decode(byte[] bytes) {
        var found = new ArrayList<EslFrame>();
        feed(new FrameDecoder(), found, bytes, 0, bytes.length);
        return found;
    }

    private static void feed(FrameDecoder decoder, List<EslFrame> found, byte[] bytes, int from, int to) {
        decoder.append(ByteBuffer.wrap(bytes, from, to - from));
        for (EslFrame frame = decoder.next(); frame != null; frame = decoder.next()) {
            found.add(frame);
        }
    }

    private static List<EslEvent> events(List<EslFrame> frames) {
        return frames.stream().map(EslFrame::event).filter(Objects::nonNull).toList();
    }

    private static byte[] frame(String type, String body) {
        return ascii("Content-Length: " + body.length() + "\nContent-Type: " + type + "\n\n" + body);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] concat(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
