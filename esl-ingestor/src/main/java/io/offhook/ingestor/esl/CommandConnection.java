package io.offhook.ingestor.esl;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.offhook.ingestor.esl.CommandFailedException.Kind;
import org.freeswitch.esl.client.transport.message.EslHeaders;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's second connection, for {@code api} commands. FreeSWITCH runs a command in the thread that also sends the connection's
 * events, so over the first one each command would hold the events up; this one subscribes to nothing. It connects when there is a
 * command, sends one at a time in the order of the calls, and closes when it was idle for a while.
 */
public final class CommandConnection implements AutoCloseable {

    /** A snapshot asks for a few hundred legs a second at most; more than this waiting means that nobody answers. */
    static final int MAX_WAITING = 1_000;

    private static final Logger log = LoggerFactory.getLogger(CommandConnection.class);

    private record Command(String text, CompletableFuture<String> reply) {}

    private final NodeAddress node;
    private final EslCredentials credentials;
    private final EslTimings timings;
    private final EventLoop loop;
    private final AtomicInteger count = new AtomicInteger();

    // All below is confined to the event loop.
    private final Deque<Command> waiting = new ArrayDeque<>();
    private Command running;
    private EslLink link;
    private boolean loggedIn;
    private boolean closed;
    private ScheduledFuture<?> deadline;
    private long refusedUntilNanos;
    private String refusal;

    public CommandConnection(NodeAddress node, EslCredentials credentials, EslTimings timings, EventLoop loop) {
        this.node = node;
        this.credentials = credentials;
        this.timings = timings;
        this.loop = loop;
    }

    /**
     * Runs a command such as {@code show channels as json}.
     *
     * @param command one line, without the word {@code api}
     * @return the reply's body as it is, up to 16 MiB, invalid UTF-8 as U+FFFD, also where it is an error such as
     *         {@code -ERR No such channel!}; fails with {@link CommandFailedException}, at once when 1,000 commands wait already.
     *         It is completed on the event loop: what hangs on it must not block
     */
    public CompletableFuture<String> api(String command) {
        var reply = new CompletableFuture<String>();
        if (command.isBlank() || command.chars().anyMatch(c -> c < ' ')) {
            // A uuid can be any text that a caller chose: with a line end in it, it would be a second command.
            fail(reply, Kind.NOT_TAKEN, "a command is one line");
            return reply;
        }
        if (count.incrementAndGet() > MAX_WAITING) {
            count.decrementAndGet();
            fail(reply, Kind.NOT_TAKEN, MAX_WAITING + " commands wait already");
            return reply;
        }
        reply.whenComplete((body, failure) -> count.decrementAndGet());
        try {
            loop.execute(() -> {
                waiting.add(new Command(command, reply));
                next();
            });
        } catch (RejectedExecutionException e) {
            // The event loop ends with the process.
            fail(reply, Kind.CLOSED, "closed");
        }
        return reply;
    }

    /** Closes for good: what waits fails, and so does what comes later. */
    @Override
    public void close() {
        try {
            loop.execute(() -> {
                closed = true;
                disconnect();
                failAll(Kind.CLOSED, "closed");
            });
        } catch (RejectedExecutionException e) {
            // The event loop has ended, and its channels with it.
        }
    }

    private void next() {
        if (running != null || waiting.isEmpty()) {
            return;
        }
        if (closed) {
            failAll(Kind.CLOSED, "closed");
        } else if (refusal != null && System.nanoTime() - refusedUntilNanos < 0) {
            failAll(Kind.REFUSED, refusal);
        } else if (link == null) {
            link = new EslLink(node, credentials, timings, loop, new Attempt());
            link.open();
        } else if (loggedIn) {
            send(waiting.remove());
        }
    }

    private void send(Command command) {
        running = command;
        long millis = timings.reply().toMillis();
        schedule(() -> {
            disconnect();
            failAll(Kind.TIMED_OUT, "no reply within " + millis + " ms");
        }, millis);
        link.send("api " + command.text);
    }

    private void onReply(EslFrame frame) {
        if (running == null) {
            return;
        }
        Command answered = running;
        running = null;
        if (frame.contentType().equals(EslHeaders.Value.API_RESPONSE)) {
            answered.reply.complete(new String(frame.body(), StandardCharsets.UTF_8));
        } else {
            fail(answered.reply, Kind.REFUSED, answered.text + ": " + frame.replyText());
        }
        schedule(this::disconnect, timings.commandIdle().toMillis());
        next();
    }

    private void schedule(Runnable task, long millis) {
        cancelDeadline();
        deadline = loop.schedule(task, millis, TimeUnit.MILLISECONDS);
    }

    private void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    private void disconnect() {
        cancelDeadline();
        loggedIn = false;
        if (link != null) {
            link.close();
            link = null;
        }
    }

    /** A node that is away or does not answer one command answers the others no sooner: they do not wait in turn for the same. */
    private void failAll(Kind kind, String why) {
        if (running != null) {
            waiting.addFirst(running);
            running = null;
        }
        // Taken out first: whoever hears of the failure may ask again at once.
        var failed = new ArrayDeque<>(waiting);
        waiting.clear();
        failed.forEach(command -> fail(command.reply, kind, command.text + ": " + why));
    }

    private void fail(CompletableFuture<String> reply, Kind kind, String why) {
        reply.completeExceptionally(new CommandFailedException(kind, "node " + node.name() + ": " + why));
    }

    private final class Attempt implements EslLink.Owner {

        @Override
        public void onConnected() {
            // The link watches over the login.
        }

        @Override
        public void onLogin() {
            loggedIn = true;
            refusal = null;
            next();
        }

        @Override
        public void onFrame(EslFrame frame) {
            switch (frame.contentType()) {
                case EslHeaders.Value.API_RESPONSE, EslHeaders.Value.COMMAND_REPLY -> onReply(frame);
                default -> {
                    // Nothing was subscribed to, so nothing else matters.
                }
            }
        }

        @Override
        public void onDamage(long places) {
            // A reply may have been lost with it: its command runs into its time-out.
            log.warn("node {}: the stream of replies was damaged", node);
        }

        @Override
        public void onEnd(String reason, boolean refused) {
            disconnect();
            if (refused) {
                refusedUntilNanos = System.nanoTime() + timings.refusedBackoff().toNanos();
                if (!reason.equals(refusal)) {
                    log.warn("node {}: no commands: {}", node, reason);
                }
                refusal = reason;
            }
            failAll(refused ? Kind.REFUSED : Kind.LOST, reason);
        }
    }
}
