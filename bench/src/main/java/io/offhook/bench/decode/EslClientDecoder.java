package io.offhook.bench.decode;

import java.util.function.Consumer;

import io.offhook.ingestor.esl.EslEvent;
import org.freeswitch.esl.client.transport.message.EslFrameDecoder;
import org.freeswitch.esl.client.transport.message.EslHeaders;
import org.freeswitch.esl.client.transport.message.EslMessage;
import org.jboss.netty.buffer.ChannelBuffer;
import org.jboss.netty.buffer.ChannelBuffers;
import org.jboss.netty.handler.codec.embedder.DecoderEmbedder;

/**
 * {@code org.freeswitch.esl.client} 0.9.2: its frame decoder as InboundPipelineFactory makes it, and an event from each message as
 * AbstractEslClientHandler does. The heap buffer that its Netty 3 makes for each read is not charged to it.
 */
final class EslClientDecoder implements EventDecoder {

    /** As in InboundPipelineFactory. */
    private static final int MAX_HEADER_BYTES = 8192;

    private final DecoderEmbedder<EslMessage> pipeline = new DecoderEmbedder<>(new EslFrameDecoder(MAX_HEADER_BYTES));
    private final Consumer<EslEvent> events;

    EslClientDecoder(Consumer<EslEvent> events) {
        this.events = events;
    }

    @Override
    public void feed(byte[] stream, int from, int length) {
        ChannelBuffer read = ChannelBuffers.wrappedBuffer(stream, from, length);
        pipeline.offer(read);
        EslMessage message = pipeline.poll();
        while (message != null) {
            if (EslHeaders.Value.TEXT_EVENT_PLAIN.equals(message.getContentType())) {
                var event = new org.freeswitch.esl.client.transport.event.EslEvent(message);
                events.accept(new HeaderMap(event.getEventHeaders()));
            }
            message = pipeline.poll();
        }
    }
}
