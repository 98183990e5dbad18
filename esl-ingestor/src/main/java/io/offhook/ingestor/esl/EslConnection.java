package io.offhook.ingestor.esl;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import org.freeswitch.esl.client.transport.message.EslHeaders;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node's event socket, kept connected and subscribed. It hands events to its listener and does nothing else with them: a client
 * that reads slowly freezes the whole PBX (mod_event_socket.c writes to listeners under a global lock), so a listener that cannot
 * take an event costs the connection, never FreeSWITCH's time. All state is confined to one event loop.
 */
public final class EslConnection implements AutoCloseable {

    /** What becomes of the events. Called on the event loop: neither method may block. */
    public interface Listener {

        /** @return false when the event cannot be taken; the connection is then closed, which is a gap */
        boolean onEvent(EslEvent event);

        void onState(ConnectionState state);

        /** The stream was damaged and picked up again: {@code count} places since the last call. */
        void onDamage(long count);
    }

    private static final Logger log = LoggerFactory.getLogger(EslConnection.class);
    private static final String RUDE_REJECTION = "text/rude-rejection";
    private static final int MAX_DOUBLINGS = 20;

    private final NodeAddress node;
    private final EslCredentials credentials;
    private final List<String> events;
    private final EslTimings timings;
    private final EventLoop loop;
    private final Listener listener;

    private ConnectionState state = ConnectionState.WAITING;
    private Channel channel;
    private ScheduledFuture<?> deadline;
    private int failures;
    private boolean refused;
    private boolean probing;
    private String lastComplaint;
    private String reason;

    /** @param events names of the events to subscribe to */
    public EslConnection(NodeAddress node, EslCredentials credentials, List<String> events, EslTimings timings,
            EventLoop loop,
            Listener listener) {
        this.node = node;
        this.credentials = credentials;
        this.events = List.copyOf(events);
        this.timings = timings;
        this.loop = loop;
        this.listener = listener;
    }

    public void start() {
        loop.execute(this::resolve);
    }

    /** Closes for good; events that were read before still reach the listener. */
    @Override
    public void close() {
        loop.execute(() -> {
            enter(ConnectionState.CLOSED, 0, null);
            if (channel != null) {
                channel.close();
            }
        });
    }

    /** A look-up blocks, so it happens beside the event loop that other nodes share. */
    private void resolve() {
        if (state == ConnectionState.CLOSED) {
            return;
        }
        reason = null;
        refused = false;
        enter(ConnectionState.CONNECTING, timings.connect().toMillis() * 2, "no connection within "
                + timings.connect().toMillis() * 2 + " ms");
        Thread.ofVirtual().name("resolve-" + node.name()).start(() -> {
            try {
                InetAddress address = InetAddress.getByName(node.host());
                loop.execute(() -> connect(new InetSocketAddress(address, node.port())));
            } catch (UnknownHostException e) {
                loop.execute(() -> failed("unknown host " + node.host()));
            }
        });
    }

    private void connect(InetSocketAddress address) {
        if (state != ConnectionState.CONNECTING) {
            return;
        }
        ChannelFuture connecting = new Bootstrap().group(loop).channel(NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) timings.connect().toMillis())
                .option(ChannelOption.SO_KEEPALIVE, true).option(ChannelOption.TCP_NODELAY, true)
                .handler(new FrameReader())
                .connect(address);
        channel = connecting.channel();
        connecting.addListener(done -> {
            if (!done.isSuccess()) {
                failed(done.cause().getMessage());
            } else if (state == ConnectionState.CONNECTING) {
                enter(ConnectionState.AUTHENTICATING, timings.reply().toMillis(), "no greeting or reply to auth within "
                        + timings.reply().toMillis() + " ms");
            } else {
                channel.close();
            }
        });
    }

    /** Moves to a state that must be left before its deadline; 0 for none. */
    private void enter(ConnectionState next, long deadlineMillis, String lateReason) {
        if (state == ConnectionState.CLOSED) {
            return;
        }
        cancelDeadline();
        state = next;
        if (deadlineMillis > 0) {
            deadline = loop.schedule(() -> failed(lateReason), deadlineMillis, TimeUnit.MILLISECONDS);
        }
        listener.onState(next);
    }

    private void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    private void onFrame(EslFrame frame) {
        watchSilence();
        switch (frame.contentType()) {
            case "auth/request" -> send(credentials.command());
            case "command/reply" -> onReply(frame.header("Reply-Text"));
            case "text/event-json", "text/event-plain" -> onEvent(frame.event());
            case RUDE_REJECTION ->
                refuse("FreeSWITCH's ACL refuses this address (apply-inbound-acl in event_socket.conf.xml)");
            case "text/disconnect-notice" -> onNotice(frame);
            default -> {
                // api/response to the probe, log/data, types to come: a sign of life, no more.
            }
        }
    }

    private void onEvent(EslEvent event) {
        if (state != ConnectionState.LIVE) {
            return;
        }
        failures = 0;
        if (!listener.onEvent(event)) {
            failed("events come faster than they can be published; the connection is closed so that FreeSWITCH does not wait");
        }
    }

    private void onReply(String reply) {
        boolean accepted = reply != null && reply.startsWith(EslHeaders.Value.OK);
        switch (state) {
            case AUTHENTICATING -> {
                if (accepted) {
                    enter(ConnectionState.SUBSCRIBING, timings.reply().toMillis(), "no reply to event within "
                            + timings.reply().toMillis() + " ms");
                    send("event json " + String.join(" ", events));
                } else {
                    refuse("FreeSWITCH refuses " + credentials + ": " + reply);
                }
            }
            case SUBSCRIBING -> {
                if (accepted) {
                    enter(ConnectionState.LIVE, 0, null);
                    watchSilence();
                    log.info("node {}: connected, events arrive", node);
                    lastComplaint = null;
                } else {
                    refuse("FreeSWITCH refuses the subscription: " + reply + " (esl-allowed-events of " + credentials
                            + " must have "
                            + String.join(" ", events) + ")");
                }
            }
            default -> {
                // The reply to a probe that this user may not run: a sign of life.
            }
        }
    }

    /** A lingering notice announces an end that comes later; any other is followed by the end of the stream. */
    private void onNotice(EslFrame frame) {
        if (!"linger".equals(frame.header("Content-Disposition")) && reason == null) {
            reason = "FreeSWITCH disconnects: "
                    + new String(frame.body(), StandardCharsets.UTF_8).lines().findFirst().orElse("");
        }
    }

    /** Heartbeats come every 20 s, but stop for an hour when FreeSWITCH's clock steps back: silence leads to a question. */
    private void watchSilence() {
        if (state != ConnectionState.LIVE) {
            return;
        }
        cancelDeadline();
        probing = false;
        deadline = loop.schedule(this::onSilence, timings.silence().toMillis(), TimeUnit.MILLISECONDS);
    }

    private void onSilence() {
        if (probing) {
            failed("no sign of life, nor an answer to a question");
            return;
        }
        probing = true;
        send("api status");
        deadline = loop.schedule(this::onSilence, timings.reply().toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Commands are written in one piece: FreeSWITCH sends no events while half a command lies in its buffer. */
    private void send(String command) {
        channel.writeAndFlush(Unpooled.copiedBuffer(command + "\n\n", StandardCharsets.UTF_8));
    }

    private void refuse(String why) {
        refused = true;
        failed(why);
    }

    private void failed(String why) {
        if (state == ConnectionState.CLOSED || state == ConnectionState.WAITING) {
            return;
        }
        if (reason == null) {
            reason = why;
        }
        complain();
        enter(ConnectionState.WAITING, 0, null);
        if (channel != null) {
            channel.close();
            channel = null;
        }
        loop.schedule(this::resolve, nextDelayMillis(), TimeUnit.MILLISECONDS);
    }

    private void complain() {
        if (!reason.equals(lastComplaint)) {
            log.warn("node {}: {}; trying again until it answers", node, reason);
            lastComplaint = reason;
        }
    }

    private long nextDelayMillis() {
        if (refused) {
            return timings.refusedBackoff().toMillis();
        }
        long bound = Math.min(timings.backoffMax().toMillis(),
                timings.backoffBase().toMillis() << Math.min(failures++, MAX_DOUBLINGS));
        return ThreadLocalRandom.current().nextLong(bound + 1);
    }

    /** Bytes to frames; a new one for each channel, so that nothing of an old stream reaches a new one. */
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
            while (frame != null && context.channel() == channel) {
                onFrame(frame);
                frame = decoder.next();
            }
            if (decoder.damages() > reportedDamages) {
                listener.onDamage(decoder.damages() - reportedDamages);
                reportedDamages = decoder.damages();
                log.warn("node {}: the stream was damaged, picked up again at the next frame", node);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (context.channel() == channel) {
                failed("the connection was closed");
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (context.channel() == channel) {
                failed(cause.getMessage() == null ? cause.toString() : cause.getMessage());
            }
        }
    }
}
