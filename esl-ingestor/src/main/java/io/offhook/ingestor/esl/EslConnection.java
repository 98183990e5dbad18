package io.offhook.ingestor.esl;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

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

        /** @return false when the event cannot be taken; the connection is then closed, which is a gap */
        boolean onEvent(EslEvent event);

        void onState(ConnectionState state);

        /** The stream was damaged and picked up again: {@code count} places since the last call. */
        void onDamage(long count);
    }

    private static final Logger log = LoggerFactory.getLogger(EslConnection.class);
    private static final int MAX_DOUBLINGS = 20;

    private final NodeAddress node;
    private final EslCredentials credentials;
    private final List<String> events;
    private final EslTimings timings;
    private final EventLoop loop;
    private final Listener listener;

    private ConnectionState state = ConnectionState.WAITING;
    private EslLink link;
    private ScheduledFuture<?> deadline;
    private int failures;
    private boolean probing;
    private String lastComplaint;

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
        link = new EslLink(node, credentials, timings, loop, new Attempt());
        enter(ConnectionState.CONNECTING);
        link.open();
    }

    private void enter(ConnectionState next) {
        if (state == ConnectionState.CLOSED) {
            return;
        }
        cancelDeadline();
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
        failures = 0;
        if (!listener.onEvent(event)) {
            failed("events come faster than they can be published; the connection is closed so that FreeSWITCH does not wait",
                    false);
        }
    }

    private void onReply(String reply) {
        if (state != ConnectionState.SUBSCRIBING) {
            // The reply to a probe that this user may not run: a sign of life.
            return;
        }
        if (reply.startsWith(EslHeaders.Value.OK)) {
            enter(ConnectionState.LIVE);
            watchSilence();
            log.info("node {}: connected, events arrive", node);
            lastComplaint = null;
        } else {
            failed("FreeSWITCH refuses the subscription: " + reply + " (esl-allowed-events of " + credentials
                    + " must have " + String.join(" ", events) + ")", true);
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
            failed("no sign of life, nor an answer to a question", false);
            return;
        }
        probing = true;
        link.send("api status");
        deadline = loop.schedule(this::onSilence, timings.reply().toMillis(), TimeUnit.MILLISECONDS);
    }

    private void failed(String reason, boolean refused) {
        if (state == ConnectionState.CLOSED || state == ConnectionState.WAITING) {
            return;
        }
        link.close();
        complain(reason);
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
            link.send("event json " + String.join(" ", events));
        }

        @Override
        public void onFrame(EslFrame frame) {
            watchSilence();
            switch (frame.contentType()) {
                case EslHeaders.Value.COMMAND_REPLY -> onReply(frame.replyText());
                case "text/event-json", EslHeaders.Value.TEXT_EVENT_PLAIN -> onEvent(frame.event());
                default -> {
                    // api/response to the probe, log/data, a lingering notice, types to come: a sign of life, no more.
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
