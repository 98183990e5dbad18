package io.offhook.testkit.receiver;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.util.ReferenceCountUtil;

/** One connection. Requests that a client pipelines are answered as soon as each answer is ready. */
final class ReceiverConnection extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final byte[] NO_BODY = new byte[0];

    private final long number;
    private final Reception reception;
    private final InFlight inFlight;
    private InFlight.Request current;

    private ReceiverConnection(long number, Reception reception, InFlight inFlight) {
        this.number = number;
        this.reception = reception;
        this.inFlight = inFlight;
    }

    /** @param maxBodyBytes a longer request body is answered 413 and not recorded */
    static void install(ChannelPipeline pipeline, long number, Reception reception, InFlight inFlight,
            int maxBodyBytes) {
        pipeline.addLast(new HttpRequestDecoder());
        // Encodes what the aggregator says by itself (100 Continue, 413); answers go past it.
        pipeline.addLast(new HttpResponseEncoder());
        pipeline.addLast(new EarlyReset(number, reception));
        pipeline.addLast(new HttpObjectAggregator(maxBodyBytes));
        pipeline.addLast(new ReceiverConnection(number, reception, inFlight));
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        // Before the ledger has it: who waits for the ledger may look at what is in flight.
        InFlight.Request started = inFlight.begin(request.uri());
        current = started;
        Answer answer = reception.receive(request, ByteBufUtil.getBytes(request.content()), number);
        boolean keepAlive = request.decoderResult().isSuccess() && HttpUtil.isKeepAlive(request);
        new AnswerWriter(context.pipeline().context(HttpResponseEncoder.class)).write(answer, keepAlive, started::end);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        if (current != null) {
            current.end();
        }
        super.channelInactive(context);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // The client broke off or failed the TLS handshake: what it sent before is in the ledger.
        context.close();
    }

    /** Acts on a request's headers, before the aggregator waits for its body. */
    private static final class EarlyReset extends ChannelInboundHandlerAdapter {
        private final long number;
        private final Reception reception;

        private EarlyReset(long number, Reception reception) {
            this.number = number;
            this.reception = reception;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (!context.channel().isActive()) {
                // The rest of a request that was reset.
                ReferenceCountUtil.release(message);
            } else if (message instanceof HttpRequest request && reception.resetsEarly(request)) {
                reception.receive(request, NO_BODY, number);
                ReferenceCountUtil.release(message);
                AnswerWriter.reset(context.channel());
            } else {
                context.fireChannelRead(message);
            }
        }
    }
}
