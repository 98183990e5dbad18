package io.offhook.bench.decode;

import java.util.function.Consumer;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.offhook.ingestor.esl.EslEvent;
import link.thingscloud.freeswitch.esl.transport.message.EslFrameDecoder;
import link.thingscloud.freeswitch.esl.transport.message.EslHeaders;
import link.thingscloud.freeswitch.esl.transport.message.EslMessage;

/**
 * {@code link.thingscloud:freeswitch-esl} 2.2.0: its frame decoder and an event from each message as InboundChannelHandler does, both
 * in an embedded channel. What it hands to executors after that is left out.
 */
final class FreeswitchEslDecoder implements EventDecoder {

    /** As in its AbstractNettyInboundClient. */
    private static final int MAX_HEADER_BYTES = 8192;

    private final EmbeddedChannel pipeline;

    FreeswitchEslDecoder(Consumer<EslEvent> events) {
        this.pipeline = new EmbeddedChannel(new EslFrameDecoder(MAX_HEADER_BYTES), new Events(events));
    }

    @Override
    public void feed(byte[] stream, int from, int length) {
        ByteBuf read = pipeline.alloc().directBuffer(length).writeBytes(stream, from, length);
        pipeline.writeInbound(read);
    }

    private static final class Events extends SimpleChannelInboundHandler<EslMessage> {

        private final Consumer<EslEvent> events;

        Events(Consumer<EslEvent> events) {
            this.events = events;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, EslMessage message) {
            if (EslHeaders.Value.TEXT_EVENT_PLAIN.equals(message.getContentType())) {
                var event = new link.thingscloud.freeswitch.esl.transport.event.EslEvent(message);
                events.accept(new HeaderMap(event.getEventHeaders()));
            }
        }
    }
}
