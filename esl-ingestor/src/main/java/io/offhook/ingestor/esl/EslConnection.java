package io.offhook.ingestor.esl;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.netty.channel.EventLoop;
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

        /** Asked before each attempt to connect. @return false to be left alone until the next back-off has passed, as when its buffers are full */
        default boolean ready() {
            return true;
        }

        /** @return false when the event cannot be taken; the connection is then closed, which is a gap */
        boolean onEvent(EslEvent event);

        void onState(ConnectionState state);

        /**
         * A live connection was lost or an attempt failed; {@link ConnectionState#WAITING} follows.
         *
         * @param reason one line for people
         */
        default void onFailure(String reason) {
            // The states say enough for most.
        }

        /** The stream was damaged and picked up again: {@code count} places since the last call. */
        void onDamage(long count);
    }

    private static final Logger log = LoggerFactory.getLogger(EslConnection.class);
    private static final int MAX_DOUBLINGS = 20;

    private final NodeAddress node;
    private final EslCredentials credentials;
    private final String subscription;
    private final EslTimings timings;
    private final EventLoop loop;
    private final Listener listener;
    private final SilenceWatch watch;

    private ConnectionState state = ConnectionState.WAITING;
    private EslLink link;
    private ScheduledFuture<?> deadline;
    private int failures;
    /** Whether the present connection has brought an event. */
    private boolean fruitful;
    private String lastComplaint;

    /** As below, without a second connection to ask whether the node lives. */
    public EslConnection(NodeAddress node, EslCredentials credentials, List<String> events, EslTimings timings,
            EventLoop loop, Listener listener) {
        this(node, credentials, events, timings, loop, listener, null);
    }

    /**
     * @param events names of the events to subscribe to
     * @param probe asks the node over its other connection whether it lives, such as {@code () -> commands.api("status")}
     */
    public EslConnection(NodeAddress node, EslCredentials credentials, List<String> events, EslTimings timings,
            EventLoop loop, Listener listener, Supplier<? extends CompletableFuture<?>> probe) {
        this.node = node;
        this.credentials = credentials;
        this.subscription = "event json " + String.join(" ", events);
        this.timings = timings;
        this.loop = loop;
        this.listener = listener;
        this.watch = new SilenceWatch(timings, loop, () -> link.send(subscription), probe,
                reason -> failed(reason, false));
    }

    public void start() {
        loop.execute(this::connect);
    }

    /** Closes for good; events that were read before still reach the listener. */
    @Override
    public void close() {
        loop.execute(() -> {
            enter(ConnectionState.CLOSED);
            if (link != null) {
                link.close();
            }
        });
    }

    private void connect() {
        if (state == ConnectionState.CLOSED) {
            return;
        }
        if (!listener.ready()) {
            loop.schedule(this::connect, nextDelayMillis(), TimeUnit.MILLISECONDS);
            return;
        }
        fruitful = false;
        link = new EslLink(node, credentials, timings, loop, new Attempt());
        enter(ConnectionState.CONNECTING);
        link.open();
    }

    private void enter(ConnectionState next) {
        if (state == ConnectionState.CLOSED) {
            return;
        }
        cancelDeadline();
        watch.stop();
        state = next;
        listener.onState(next);
    }

    private void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    private void onEvent(EslEvent event) {
        if (state != ConnectionState.LIVE) {
            return;
        }
        if (listener.onEvent(event)) {
            fruitful = true;
        } else {
            // Not a success that begins the back-off anew: whoever cannot keep up is given longer and longer.
            fruitful = false;
            failed("events come faster than they can be taken; the connection is closed so that FreeSWITCH does not wait",
                    false);
        }
    }

    private void onReply(String reply) {
        if (state != ConnectionState.SUBSCRIBING) {
            // The reply to a question after silence: a sign of life.
            return;
        }
        if (reply.startsWith(EslHeaders.Value.OK)) {
            enter(ConnectionState.LIVE);
            watch.start();
            log.info("node {}: connected, events arrive", node);
            lastComplaint = null;
        } else {
            failed("FreeSWITCH refuses the subscription: " + reply + " (esl-allowed-events of " + credentials
                    + " must have all of: " + subscription + ")", true);
        }
    }

    private void failed(String reason, boolean refused) {
        if (state == ConnectionState.CLOSED || state == ConnectionState.WAITING) {
            return;
        }
        link.close();
        if (fruitful) {
            failures = 0;
        }
        complain(reason);
        listener.onFailure(reason);
        enter(ConnectionState.WAITING);
        loop.schedule(this::connect, refused ? timings.refusedBackoff().toMillis() : nextDelayMillis(),
                TimeUnit.MILLISECONDS);
    }

    private void complain(String reason) {
        if (!reason.equals(lastComplaint)) {
            log.warn("node {}: {}; trying again until it answers", node, reason);
            lastComplaint = reason;
        }
    }

    private long nextDelayMillis() {
        long bound = Math.min(timings.backoffMax().toMillis(),
                timings.backoffBase().toMillis() << Math.min(failures++, MAX_DOUBLINGS));
        return ThreadLocalRandom.current().nextLong(bound + 1);
    }

    /** What the link says, in terms of this connection's states. */
    private final class Attempt implements EslLink.Owner {

        @Override
        public void onConnected() {
            enter(ConnectionState.AUTHENTICATING);
        }

        @Override
        public void onLogin() {
            enter(ConnectionState.SUBSCRIBING);
            long millis = timings.reply().toMillis();
            deadline = loop.schedule(() -> failed("no reply to event within " + millis + " ms", false), millis,
                    TimeUnit.MILLISECONDS);
            link.send(subscription);
        }

        @Override
        public void onFrame(EslFrame frame) {
            watch.heard();
            switch (frame.contentType()) {
                case EslHeaders.Value.COMMAND_REPLY -> onReply(frame.replyText());
                case "text/event-json", EslHeaders.Value.TEXT_EVENT_PLAIN -> onEvent(frame.event());
                default -> {
                    // log/data, a lingering notice, types to come: a sign of life, no more.
                }
            }
        }

        @Override
        public void onDamage(long count) {
            log.warn("node {}: the stream was damaged, picked up again at the next frame", node);
            listener.onDamage(count);
        }

        @Override
        public void onEnd(String reason, boolean refused) {
            failed(reason, refused);
        }
    }
}
