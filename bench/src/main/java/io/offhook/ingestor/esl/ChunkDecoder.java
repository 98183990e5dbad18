package io.offhook.ingestor.esl;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** The ingestor's decoder for the bench: bytes in, events out, as {@link EslLink} does it with what a socket gives. */
public final class ChunkDecoder {

    private final FrameDecoder frames = new FrameDecoder();

    /** Hands over the events that {@code chunk} makes whole; frames without an event are passed over, as by the ingestor. */
    public void feed(ByteBuffer chunk, Consumer<EslEvent> events) {
        frames.append(chunk);
        EslFrame frame = frames.next();
        while (frame != null) {
            if (frame.event() != null) {
                events.accept(frame.event());
            }
            frame = frames.next();
        }
    }
}
