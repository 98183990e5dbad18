package io.offhook.bench.decode;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

import io.offhook.ingestor.esl.ChunkDecoder;
import io.offhook.ingestor.esl.EslEvent;

/** Ours. A chunk is first copied to a direct buffer that is used again, as Netty reads from a socket into a pooled one. */
final class OffhookDecoder implements EventDecoder {

    private final ChunkDecoder decoder = new ChunkDecoder();
    private final Consumer<EslEvent> events;
    private ByteBuffer read = ByteBuffer.allocateDirect(CapturedStream.CHUNK_BYTES);

    OffhookDecoder(Consumer<EslEvent> events) {
        this.events = events;
    }

    @Override
    public void feed(byte[] stream, int from, int length) {
        if (read.capacity() < length) {
            read = ByteBuffer.allocateDirect(length);
        }
        read.clear().put(stream, from, length).flip();
        decoder.feed(read, events);
    }
}
