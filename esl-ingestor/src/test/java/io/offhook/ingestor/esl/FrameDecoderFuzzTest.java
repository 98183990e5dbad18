package io.offhook.ingestor.esl;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import io.offhook.testkit.freeswitch.Capture;
import io.offhook.testkit.freeswitch.Captures;
import io.offhook.testkit.freeswitch.EventFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Damage at random places of captured streams, with fixed seeds. Every frame that lies whole before the damage and every one that
 * lies whole behind it is found, in order; nothing is thrown.
 */
class FrameDecoderFuzzTest {

    private static final int WINDOW = 6;
    private static final int ROUNDS = 100;
    private static final byte[] NOTICE = Streams.ascii("Content-Type: text/disconnect-notice\nContent-Length: 39\n\n"
            + "killed listener because of lost events\n");
    private static final byte[] PADDING = Streams.repeat(Streams.HEARTBEAT, 1000);
    private static final byte[] TEXTLIKE = Streams.ascii("Content-Length: 0123456789\n\n\nContent-Type: text/event-");

    /** The bytes from {@code from} to {@code to} of a stream give way to others. */
    private record Damage(String kind, int from, int to, byte[] instead) {

        byte[] of(byte[] bytes) {
            return Streams.concat(Arrays.copyOf(bytes, from), instead, Arrays.copyOfRange(bytes, to, bytes.length));
        }
    }

    static List<String> captures() {
        return Captures.names();
    }

    @ParameterizedTest
    @MethodSource("captures")
    void everyWholeFrameBeforeAndBehindTheDamageIsFound(String name) {
        var random = new Random(name.hashCode());
        Capture capture = Captures.open(name);
        for (EventFormat format : EventFormat.values()) {
            for (int round = 0; round < ROUNDS; round++) {
                int first = random.nextInt(Math.max(1, capture.frames().size() - WINDOW));
                List<byte[]> frames = capture.frames().stream().skip(first).limit(WINDOW)
                        .map(frame -> frame.bytes(format)).toList();
                check(frames, random, name + " " + format + " round " + round);
            }
        }
    }

    private static void check(List<byte[]> frames, Random random, String what) {
        byte[] bytes = Streams.concat(frames.toArray(byte[][]::new));
        Damage damage = damage(frames, bytes, random);
        var before = new ArrayList<byte[]>();
        var behind = new ArrayList<byte[]>();
        int at = 0;
        for (byte[] frame : frames) {
            if (at + frame.length <= damage.from) {
                before.add(body(frame));
            } else if (at >= damage.to) {
                behind.add(body(frame));
            }
            at += frame.length;
        }
        var decoder = new FrameDecoder();
        var found = new ArrayList<EslFrame>();
        Streams.feedInChunks(decoder, found, damage.of(bytes), random, 4096);
        // A plain event's length that has grown is believed until as many bytes have come.
        for (int padding = 0; padding <= FrameDecoder.MAX_BODY_BYTES
                && !holds(found, before, behind); padding += PADDING.length) {
            Streams.feed(decoder, found, PADDING, 0, PADDING.length);
        }
        assertThat(holds(found, before, behind)).as("%s, %s from %d to %d", what, damage.kind, damage.from, damage.to)
                .isTrue();
        found.forEach(FrameDecoderFuzzTest::readHeaders);
    }

    /** First the frames before, then at some place the frames behind, next to each other. */
    private static boolean holds(List<EslFrame> found, List<byte[]> before, List<byte[]> behind) {
        if (found.size() < before.size() || !matches(found, 0, before)) {
            return false;
        }
        for (int at = before.size(); at + behind.size() <= found.size(); at++) {
            if (matches(found, at, behind)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(List<EslFrame> found, int at, List<byte[]> bodies) {
        for (int i = 0; i < bodies.size(); i++) {
            if (!Arrays.equals(found.get(at + i).body(), bodies.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static Damage damage(List<byte[]> frames, byte[] bytes, Random random) {
        int from = place(frames, random);
        return switch (random.nextInt(6)) {
            case 0 -> {
                int to = Math.min(bytes.length, from + 1 + random.nextInt(8));
                yield new Damage("other bytes", from, to, noise(random, to - from));
            }
            case 1 -> new Damage("more bytes", from, from, noise(random, 1 + random.nextInt(200)));
            case 2 -> new Damage("bytes missing", from, Math.min(bytes.length, from + 1 + random.nextInt(3000)),
                    new byte[0]);
            case 3 -> new Damage("rest of a frame missing", from, endOfFrame(frames, from), new byte[0]);
            case 4 -> new Damage("notice instead of the rest", from, endOfFrame(frames, from), NOTICE);
            default -> new Damage("notice in between", from, from, NOTICE);
        };
    }

    /** Half of the places lie in heads, which are but a hundredth of the bytes. */
    private static int place(List<byte[]> frames, Random random) {
        int chosen = random.nextInt(frames.size());
        int start = frames.stream().limit(chosen).mapToInt(frame -> frame.length).sum();
        int length = frames.get(chosen).length;
        return start + random.nextInt(random.nextBoolean() ? length : Math.min(60, length));
    }

    private static int endOfFrame(List<byte[]> frames, int at) {
        int end = 0;
        for (byte[] frame : frames) {
            end += frame.length;
            if (end > at) {
                break;
            }
        }
        return end;
    }

    private static byte[] noise(Random random, int length) {
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        if (random.nextBoolean()) {
            for (int i = 0; i < length; i++) {
                noise[i] = TEXTLIKE[Math.floorMod(noise[i], TEXTLIKE.length)];
            }
        }
        return noise;
    }

    private static byte[] body(byte[] frame) {
        List<EslFrame> decoded = Streams.decode(frame);
        assertThat(decoded).hasSize(1);
        return decoded.getFirst().body();
    }

    private static void readHeaders(EslFrame frame) {
        if (frame.event() != null) {
            for (String name : List.of("Event-Name", "Unique-ID", "Hangup-Cause", "variable_DP_MATCH", "", "_body")) {
                frame.event().header(name);
                frame.event().number(name);
            }
        }
    }

    @Test
    void damagedBodiesAreMalformedOrReadableNothingElse() {
        var random = new Random(7);
        byte[] json = ("{\"a\":\"\\u00e9\\n\\\"\",\"b\":[\"1\",\"2\"],\"c\":null,\"d\":-1.5e3,\"e\":\""
                + "\\ud83d\\ude00"
                + "\"}").getBytes(StandardCharsets.UTF_8);
        byte[] plain = Streams
                .ascii("A: 1%2B1\nB: ARRAY::x|:y\nC: _undef_\nContent-Length: 3\nContent-Length: 3\n\nabc");
        for (int round = 0; round < 200_000; round++) {
            byte[] damaged = (round % 2 == 0 ? json : plain).clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            byte[] body = Arrays.copyOf(damaged, damaged.length - (random.nextInt(4) == 0 ? random.nextInt(20) : 0));
            try {
                EslEvent event = round % 2 == 0 ? JsonEvent.of(body) : PlainEvent.of(body);
                for (String name : List.of("a", "b", "c", "d", "e", "A", "B", "C", "Content-Length")) {
                    event.header(name);
                    event.number(name);
                }
            } catch (MalformedEventException e) {
                assertThat(e).hasMessageNotContaining("null");
            }
        }
    }
}
