package io.offhook.bench.decode;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

import io.offhook.testkit.freeswitch.Capture;
import io.offhook.testkit.freeswitch.Captures;
import io.offhook.testkit.freeswitch.EventFormat;

/**
 * Frames of all captures one behind the other, repeated until they are some thousands, so that the processor's caches do not hold the
 * whole of it: a subscription's events, or all.
 *
 * @param frames one repetition
 * @param repetitions how often they stand in the stream
 * @param leftOut frames of the captures that a yardstick cannot decode
 */
record CapturedStream(List<Capture.Frame> frames, int repetitions, int leftOut) {

    /** What a read of a socket brings at most: Netty's bound for its read buffers. */
    static final int CHUNK_BYTES = 64 * 1024;

    private static final int LEAST_EVENTS = 4_000;

    static CapturedStream of(Mix mix, Predicate<Capture.Frame> decodable) {
        List<Capture.Frame> wanted = Captures.names().stream().map(Captures::open)
                .flatMap(capture -> capture.frames().stream()).filter(mix::has).toList();
        List<Capture.Frame> frames = wanted.stream().filter(decodable).toList();
        return new CapturedStream(frames, Math.ceilDiv(LEAST_EVENTS, frames.size()), wanted.size() - frames.size());
    }

    int events() {
        return frames.size() * repetitions;
    }

    byte[] bytes(EventFormat format) {
        var bytes = new ByteArrayOutputStream();
        for (int i = 0; i < repetitions; i++) {
            frames.forEach(frame -> bytes.writeBytes(frame.bytes(format)));
        }
        return bytes.toByteArray();
    }

    /** Writes both formats to where {@link #read} finds them. */
    void write(Path directory, Mix mix) throws IOException {
        for (EventFormat format : EventFormat.values()) {
            Files.write(file(directory, mix, format), bytes(format));
        }
    }

    static byte[] read(Path directory, Mix mix, EventFormat format) throws IOException {
        return Files.readAllBytes(file(directory, mix, format));
    }

    private static Path file(Path directory, Mix mix, EventFormat format) {
        return directory.resolve(mix.name() + "." + format.name());
    }
}
