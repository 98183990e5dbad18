package io.offhook.ingestor.esl;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.offhook.testkit.freeswitch.Capture;
import io.offhook.testkit.freeswitch.Captures;
import io.offhook.testkit.freeswitch.EventData;
import io.offhook.testkit.freeswitch.EventFormat;
import io.offhook.testkit.freeswitch.Header;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static io.offhook.ingestor.esl.Streams.ascii;
import static io.offhook.ingestor.esl.Streams.concat;
import static io.offhook.ingestor.esl.Streams.decode;
import static io.offhook.ingestor.esl.Streams.events;
import static io.offhook.ingestor.esl.Streams.feed;
import static io.offhook.ingestor.esl.Streams.feedInChunks;
import static io.offhook.ingestor.esl.Streams.frame;
import static org.assertj.core.api.Assertions.assertThat;

class FrameDecoderTest {

    private static final byte[] NEXT = Streams.HEARTBEAT;

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

    @ParameterizedTest
    @MethodSource("captures")
    void chunksOfAnySizeChangeNothing(String name) {
        Capture capture = Captures.open(name);
        for (EventFormat format : EventFormat.values()) {
            byte[] bytes = capture.bytes(format);
            int whole = decode(bytes).size();
            int shortest = bytes.length < 30_000 ? 1 : 100;
            for (int longest : new int[]{shortest, 1500, 64 * 1024}) {
                var decoder = new FrameDecoder();
                var found = new ArrayList<EslFrame>();
                feedInChunks(decoder, found, bytes, new Random(longest), longest);
                assertThat(found).as("%s in chunks up to %d", format, longest).hasSize(whole);
                assertThat(decoder.damages()).isZero();
            }
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

    @Test
    void aBodyOfTheLargestSizeIsRead() {
        String value = "x".repeat(FrameDecoder.MAX_BODY_BYTES - "{\"a\":\"\"}".length());
        var decoder = new FrameDecoder();
        var found = new ArrayList<EslFrame>();
        byte[] bytes = concat(frame("text/event-json", "{\"a\":\"" + value + "\"}"), NEXT);
        feedInChunks(decoder, found, bytes, new Random(1), 64 * 1024);
        assertThat(found).hasSize(2);
        assertThat(found.getFirst().event().header("a")).hasSize(value.length());
        assertThat(decoder.damages()).isZero();
    }

    @Test
    void aLengthThatWasDamagedIntoAHugeOneCostsNoFrameBehindIt() {
        byte[] damaged = ascii("Content-Length: 999999999999\nContent-Type: text/event-json\n\n{\"a\":\"b\"}");
        assertThat(events(decode(concat(damaged, NEXT, NEXT)))).hasSize(2);
        byte[] tooLong = ascii("Content-Length: 16000000\nContent-Type: text/event-json\n\n{\"a\":\"b\"}");
        assertThat(events(decode(concat(tooLong, NEXT, NEXT)))).hasSize(2);
    }

    @Test
    void headsBeyondTheirBoundsAreDamage() {
        byte[] longLine = ascii("Content-Length: 2\nX-Long: " + "y".repeat(FrameDecoder.MAX_HEAD_BYTES) + "\n\n{}");
        assertThat(decode(concat(longLine, NEXT, NEXT))).hasSize(2);
        byte[] manyLines = ascii("Content-Type: command/reply\n" + "A: b\n".repeat(10) + "\n");
        assertThat(decode(concat(manyLines, NEXT))).hasSize(2);
        var tooMany = new StringBuilder("Content-Type: log/data\n");
        for (int i = 0; i <= FrameDecoder.MAX_HEADERS; i++) {
            tooMany.append("X-").append(i).append(": y\n");
        }
        assertThat(decode(concat(ascii(tooMany + "\n"), NEXT))).hasSize(1);
    }

    @Test
    void unknownHeadersAndContentTypesAreNoDamage() {
        var decoder = new FrameDecoder();
        var found = new ArrayList<EslFrame>();
        byte[] bytes = concat(ascii("X-New: 1\nContent-Length: 5\nContent-Type: text/event-cbor\n\n\n\nab\n"),
                ascii("Content-Type: command/reply\r\nReply-Text: +OK accepted\r\nAllowed-Events: all\r\n\r\n"), NEXT);
        feed(decoder, found, bytes, 0, bytes.length);
        assertThat(found).extracting(EslFrame::contentType).containsExactly("text/event-cbor", "command/reply",
                "text/event-json");
        assertThat(found.get(1).replyText()).isEqualTo("+OK accepted");
        assertThat(decoder.damages()).isZero();
    }

    private static String exactly(EventData event, String header) {
        return event.headers().stream().filter(h -> h.name().equals(header)).findFirst().map(Header::text)
                .filter(t -> !t.isEmpty())
                .orElse(null);
    }
}
