package io.offhook.testkit.freeswitch;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What one connection of each format received from a real FreeSWITCH: the same frames in the same order, as exact bytes. The
 * frames of the handshake (auth request, command replies) are left out.
 *
 * @param name   name of the capture
 * @param frames event frames and notices, in the order received
 */
public record Capture(String name, List<Frame> frames) {

    public Capture {
        frames = List.copyOf(frames);
    }

    /**
     * One frame in both formats. A frame that is no event (a notice) has the same bytes in both.
     *
     * @param plain bytes of the whole frame in the plain stream
     * @param json  bytes of the whole frame in the JSON stream
     * @param event the decoded event, null for a notice
     */
    public record Frame(byte[] plain, byte[] json, EventData event) {

        /** The bytes of the whole frame. */
        public byte[] bytes(EventFormat format) {
            return format == EventFormat.PLAIN ? plain : json;
        }
    }

    /** The concatenated bytes of all frames: what a client that subscribed to everything receives after its handshake. */
    public byte[] bytes(EventFormat format) {
        ByteSink sink = new ByteSink(1 << 16);
        frames.forEach(frame -> sink.add(frame.bytes(format)));
        return sink.toBytes();
    }

    /** The decoded events, without notices. */
    public List<EventData> events() {
        return frames.stream().map(Frame::event).filter(event -> event != null).toList();
    }

    /**
     * @throws IllegalArgumentException when the two streams do not hold the same frames
     */
    static Capture parse(String name, byte[] plain, byte[] json) {
        List<byte[][]> plainFrames = split(plain);
        List<byte[][]> jsonFrames = split(json);
        if (plainFrames.size() != jsonFrames.size()) {
            throw new IllegalArgumentException(
                    "capture " + name + ": " + plainFrames.size() + " plain frames (expected: "
                            + jsonFrames.size() + ", as in the JSON stream)");
        }
        List<Frame> frames = new ArrayList<>();
        for (int i = 0; i < jsonFrames.size(); i++) {
            byte[][] frame = jsonFrames.get(i);
            boolean event = new String(frame[0], StandardCharsets.ISO_8859_1).contains("text/event-json");
            frames.add(new Frame(whole(plainFrames.get(i)), whole(frame), event ? EventJson.parse(frame[1]) : null));
        }
        return new Capture(name, frames);
    }

    private static byte[] whole(byte[][] frame) {
        ByteSink sink = new ByteSink(frame[0].length + frame[1].length);
        sink.add(frame[0]);
        sink.add(frame[1]);
        return sink.toBytes();
    }

    /** Splits a stream into pairs of head and body, leaving the handshake out. */
    private static List<byte[][]> split(byte[] stream) {
        List<byte[][]> frames = new ArrayList<>();
        int at = 0;
        while (at < stream.length) {
            int end = at;
            while (stream[end] != '\n' || stream[end + 1] != '\n') {
                end++;
            }
            String head = new String(stream, at, end + 2 - at, StandardCharsets.ISO_8859_1);
            int length = contentLength(head);
            int next = end + 2 + length;
            if (!head.contains("auth/request") && !head.contains("command/reply")) {
                frames.add(new byte[][]{head.getBytes(StandardCharsets.ISO_8859_1),
                        Arrays.copyOfRange(stream, end + 2, next)});
            }
            at = next;
        }
        return frames;
    }

    private static int contentLength(String head) {
        return head.lines().filter(line -> line.startsWith("Content-Length: "))
                .mapToInt(line -> Integer.parseInt(line.substring("Content-Length: ".length()))).findFirst().orElse(0);
    }
}
