package io.offhook.ingestor.esl;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import org.freeswitch.esl.client.transport.message.EslHeaders;

/**
 * One connection to an event socket, from the look-up of its host to its end: connected, greeted, logged in, then frames. Used once;
 * who wants another connection makes another link, so nothing of an old stream reaches a new one. All of it happens on one event
 * loop, its owner's calls too; after {@link #close} or {@link Owner#onEnd} the owner hears nothing more.
 */
final class EslLink {

    /** Called on the event loop: no method may block. */
    interface Owner {

        /** TCP stands; greeting and login are awaited. */
        void onConnected();

        /** FreeSWITCH has accepted the login: commands may be sent, frames arrive. */
        void onLogin();

        /** A frame that came after the login. */
        void onFrame(EslFrame frame);

        /** The stream was damaged and picked up again: {@code count} places since the last call. */
        void onDamage(long count);

        /** @param refused whether FreeSWITCH refuses this client, which haste does not mend */
        void onEnd(String reason, boolean refused);
    }

    private enum Phase {
        CONNECTING, LOGGING_IN, OPEN, ENDED
    }

    private final NodeAddress node;
    private final EslCredentials credentials;
    private final EslTimings timings;
    private final EventLoop loop;
    private final Owner owner;

    private Phase phase = Phase.CONNECTING;
    private Channel channel;
    private ScheduledFuture<?> deadline;
    /** What FreeSWITCH gave as the reason of an end that is still to come. */
    private String announced;

    EslLink(NodeAddress node, EslCredentials credentials, EslTimings timings, EventLoop loop, Owner owner) {
        this.node = node;
        this.credentials = credentials;
        this.timings = timings;
        this.loop = loop;
        this.owner = owner;
    }

    /** A look-up blocks, so it happens beside the event loop that other nodes share. */
    void open() {
        // Twice: once for the look-up, once for the connect.
        long millis = timings.connect().toMillis() * 2;
        endAfter(millis, "no connection within " + millis + " ms");
        Thread.ofVirtual().name("resolve-" + node.name()).start(() -> {
            try {
                InetAddress address = InetAddress.getByName(node.host());
                onLoop(() -> connect(new InetSocketAddress(address, node.port())));
            } catch (UnknownHostException e) {
                onLoop(() -> end("unknown host " + node.host(), false));
            }
        });
    }

    /** Commands are written in one piece: FreeSWITCH sends no events while half a command lies in its buffer. */
    void send(String command) {
        if (phase != Phase.ENDED && channel != null) {
            channel.writeAndFlush(Unpooled.copiedBuffer(command + "\n\n", StandardCharsets.UTF_8));
        }
    }

    void close() {
        phase = Phase.ENDED;
        cancelDeadline();
        if (channel != null) {
            channel.close();
        }
    }

    private void connect(InetSocketAddress address) {
        if (phase != Phase.CONNECTING) {
            return;
        }
        ChannelFuture connecting = EventLoops.sockets(loop, timings).handler(new FrameReader()).connect(address);
        channel = connecting.channel();
        connecting.addListener(done -> {
            if (!done.isSuccess()) {
                end(done.cause().getMessage(), false);
            } else if (phase == Phase.CONNECTING) {
                phase = Phase.LOGGING_IN;
                endAfter(timings.reply().toMillis(), "no greeting or reply to auth within "
                        + timings.reply().toMillis() + " ms");
                owner.onConnected();
            }
        });
    }

    private void onFrame(EslFrame frame) {
        switch (frame.contentType()) {
            case EslHeaders.Value.AUTH_REQUEST -> {
                if (phase == Phase.LOGGING_IN) {
                    send(credentials.command());
                }
            }
            case "text/rude-rejection" ->
                end("FreeSWITCH's ACL refuses this address (apply-inbound-acl in event_socket.conf.xml)", true);
            case EslHeaders.Value.TEXT_DISCONNECT_NOTICE -> onNotice(frame);
            case EslHeaders.Value.COMMAND_REPLY -> {
                if (phase == Phase.LOGGING_IN) {
                    onLoginReply(frame.replyText());
                } else {
                    owner.onFrame(frame);
                }
            }
            default -> {
                if (phase == Phase.OPEN) {
                    owner.onFrame(frame);
                }
            }
        }
    }

    private void onLoginReply(String reply) {
        if (reply.startsWith(EslHeaders.Value.OK)) {
            phase = Phase.OPEN;
            cancelDeadline();
            owner.onLogin();
        } else {
            end("FreeSWITCH refuses " + credentials + ": " + reply, true);
        }
    }

    /** A lingering notice announces an end that comes later, with events until then; any other is followed by the end of the stream. */
    private void onNotice(EslFrame frame) {
        if ("linger".equals(frame.header("Content-Disposition"))) {
            if (phase == Phase.OPEN) {
                owner.onFrame(frame);
            }
            return;
        }
        if (announced == null) {
            announced = "FreeSWITCH disconnects: "
                    + new String(frame.body(), StandardCharsets.UTF_8).lines().findFirst().orElse("");
            endAfter(timings.reply().toMillis(), announced);
        }
    }

    /** Each phase has its deadline; the next phase replaces it. */
    private void endAfter(long millis, String reason) {
        cancelDeadline();
        deadline = loop.schedule(() -> end(reason, false), millis, TimeUnit.MILLISECONDS);
    }

    private void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    private void end(String reason, boolean refused) {
        if (phase != Phase.ENDED) {
            close();
            owner.onEnd(announced == null ? reason : announced, refused);
        }
    }

    private void onLoop(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            // The process stops: nobody waits for this connection any more.
        }
    }

    /** Bytes to frames. */
    private final class FrameReader extends ChannelInboundHandlerAdapter {
        private final FrameDecoder decoder = new FrameDecoder();
        private long reportedDamages;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            try {
                decoder.append(((ByteBuf) message).nioBuffer());
            } finally {
                ReferenceCountUtil.release(message);
            }
            EslFrame frame = decoder.next();
            while (frame != null && phase != Phase.ENDED) {
                onFrame(frame);
                frame = decoder.next();
            }
            if (phase != Phase.ENDED && decoder.damages() > reportedDamages) {
                owner.onDamage(decoder.damages() - reportedDamages);
                reportedDamages = decoder.damages();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            end("the connection was closed", false);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            end(cause.getMessage() == null ? cause.toString() : cause.getMessage(), false);
        }
    }
}
