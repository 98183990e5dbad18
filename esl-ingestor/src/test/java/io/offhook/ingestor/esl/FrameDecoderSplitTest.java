package io.offhook.ingestor.esl;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.offhook.testkit.freeswitch.Capture;
import io.offhook.testkit.freeswitch.Captures;
import io.offhook.testkit.freeswitch.EventFormat;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where the bytes are cut changes nothing. A cut matters only to the frame that it falls into and to the next: so each kind of frame
 * that the captures hold is cut all along, and each kind of boundary between two frames at each byte around it.
 */
class FrameDecoderSplitTest {

    /** More than a head has: the cut passes through the head, both of its ends and a piece of both bodies. */
    private static final int AROUND = 80;

    /** Beyond it each seventh byte: the inside of one body is like that of another. */
    private static final int LARGE = 3_000;

    private static final Map<String, Capture.Frame> KINDS = new LinkedHashMap<>();
    private static final Map<String, List<Capture.Frame>> BOUNDARIES = new LinkedHashMap<>();

    @BeforeAll
    static void collect() {
        for (String name : Captures.names()) {
            Capture.Frame before = null;
            for (Capture.Frame frame : Captures.open(name).frames()) {
                KINDS.merge(kind(frame), frame, (a, b) -> a.json().length <= b.json().length ? a : b);
                if (before != null) {
                    BOUNDARIES.merge(kind(before) + " " + kind(frame), List.of(before, frame),
                            (a, b) -> size(a) <= size(b) ? a : b);
                }
                before = frame;
            }
        }
    }

    private static int size(List<Capture.Frame> frames) {
        return frames.stream().mapToInt(frame -> frame.json().length).sum();
    }

    private static String kind(Capture.Frame frame) {
        return frame.event() == null ? "notice" : frame.event().name() + "," + frame.event().text("Event-Subclass");
    }

    @Test
    void theCapturesHoldManyKindsOfFrames() {
        assertThat(KINDS).hasSizeGreaterThan(30).containsKey("notice");
        assertThat(BOUNDARIES).hasSizeGreaterThan(100);
    }

    @ParameterizedTest
    @EnumSource
    void eachKindOfFrameCutAllAlong(EventFormat format) {
        KINDS.forEach((kind, frame) -> {
            byte[] bytes = Streams.concat(frame.bytes(format), Streams.HEARTBEAT);
            List<EslFrame> whole = Streams.decode(bytes);
            assertThat(whole).hasSize(2);
            int step = bytes.length <= LARGE ? 1 : 7;
            for (int at = 1; at < bytes.length; at += step) {
                expect(whole, Streams.decodeSplit(bytes, at), kind, at);
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void eachKindOfBoundaryCutAtEachByteAroundIt(EventFormat format) {
        BOUNDARIES.forEach((kinds, frames) -> {
            byte[] first = frames.get(0).bytes(format);
            byte[] bytes = Streams.concat(first, frames.get(1).bytes(format));
            List<EslFrame> whole = Streams.decode(bytes);
            assertThat(whole).hasSize(2);
            int to = Math.min(bytes.length, first.length + 2 * AROUND);
            for (int at = Math.max(1, first.length - AROUND); at < to; at++) {
                expect(whole, Streams.decodeSplit(bytes, at), kinds, at);
            }
        });
    }

    /** Building a message for each of 500,000 cuts would take longer than the cuts. */
    private static void expect(List<EslFrame> whole, List<EslFrame> found, String what, int at) {
        boolean same = found.size() == whole.size();
        for (int i = 0; same && i < whole.size(); i++) {
            same = whole.get(i).headers().equals(found.get(i).headers())
                    && Arrays.equals(whole.get(i).body(), found.get(i).body());
        }
        if (!same) {
            throw new AssertionError(what + " cut at " + at + ": " + found);
        }
    }
}
