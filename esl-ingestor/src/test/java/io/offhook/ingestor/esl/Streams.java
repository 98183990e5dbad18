package io.offhook.ingestor.esl;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/** Byte streams for tests of the decoder, and what it makes of them. */
final class Streams {

    static final byte[] HEARTBEAT = frame("text/event-json", "{\"Event-Name\":\"HEARTBEAT\"}");

    private Streams() {}

    static List<EslFrame> decode(byte[] bytes) {
        var found = new ArrayList<EslFrame>();
        feed(new FrameDecoder(), found, bytes, 0, bytes.length);
        return found;
    }

    static List<EslFrame> decodeSplit(byte[] bytes, int at) {
        var decoder = new FrameDecoder();
        var found = new ArrayList<EslFrame>();
        feed(decoder, found, bytes, 0, at);
        feed(decoder, found, bytes, at, bytes.length);
        return found;
    }

    static void feedInChunks(FrameDecoder decoder, List<EslFrame> found, byte[] bytes, Random random, int longest) {
        for (int at = 0; at < bytes.length;) {
            int to = Math.min(bytes.length, at + 1 + random.nextInt(longest));
            feed(decoder, found, bytes, at, to);
            at = to;
        }
    }

    static void feed(FrameDecoder decoder, List<EslFrame> found, byte[] bytes, int from, int to) {
        decoder.append(ByteBuffer.wrap(bytes, from, to - from));
        for (EslFrame frame = decoder.next(); frame != null; frame = decoder.next()) {
            found.add(frame);
        }
    }

    static List<EslEvent> events(List<EslFrame> frames) {
        return frames.stream().map(EslFrame::event).filter(Objects::nonNull).toList();
    }

    static byte[] frame(String type, String body) {
        return ascii("Content-Length: " + body.length() + "\nContent-Type: " + type + "\n\n" + body);
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] concat(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    static byte[] repeat(byte[] part, int times) {
        var out = new ByteArrayOutputStream(part.length * times);
        for (int i = 0; i < times; i++) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
