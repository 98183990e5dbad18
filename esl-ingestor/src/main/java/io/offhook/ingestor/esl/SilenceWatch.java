package io.offhook.ingestor.esl;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;

/**
 * Asks a connection that says nothing whether it lives. Heartbeats come every 20 s, but stop for an hour when FreeSWITCH's clock
 * steps back: silence leads to questions, not to a verdict. Two are asked at once:
 * <ul>
 * <li>on the event connection, the subscription once more. It changes nothing (subscriptions add up), every user who may listen may
 * ask it, it runs no command, and its reply takes the way of the events: it alone proves this connection, since a connection can be
 * dead in one direction beside a healthy node.
 * <li>on the connection for commands, {@code status}: whether the node lives. Its answer does not save the event connection.
 * </ul>
 * No reply here though the node answers: this connection is dead. No reply from either: FreeSWITCH may be frozen, as it is while it
 * waits for another client that does not read (up to 600 s); what it has queued for this connection would be lost with it, so it is
 * asked three times before the verdict. A node that cannot be reached at all TCP finds by its user time-out.
 */
final class SilenceWatch {

    private static final int MAX_QUESTIONS = 3;

    private final EslTimings timings;
    private final EventLoop loop;
    private final Runnable askHere;
    private final Supplier<? extends CompletableFuture<?>> askNode;
    private final Consumer<String> onDead;

    private ScheduledFuture<?> timer;
    private long heardNanos;
    /** Asked since the last frame. */
    private int questions;
    private CompletableFuture<?> nodeAnswer;

    /**
     * @param askNode {@code null} where there is no second connection: the first question without a reply is the verdict then
     * @param onDead takes the reason
     */
    SilenceWatch(EslTimings timings, EventLoop loop, Runnable askHere,
            Supplier<? extends CompletableFuture<?>> askNode,
            Consumer<String> onDead) {
        this.timings = timings;
        this.loop = loop;
        this.askHere = askHere;
        this.askNode = askNode;
        this.onDead = onDead;
    }

    void start() {
        stop();
        heardNanos = System.nanoTime();
        schedule(timings.silence().toNanos());
    }

    void stop() {
        questions = 0;
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    /** A whole frame came: bytes alone would let a damaged stream pass for a live one. Moves no timer, thousands come a second. */
    void heard() {
        heardNanos = System.nanoTime();
        if (questions > 0) {
            start();
        }
    }

    private void check() {
        long untilSilent = heardNanos + timings.silence().toNanos() - System.nanoTime();
        if (questions == 0 && untilSilent > 0) {
            schedule(untilSilent);
        } else if (questions > 0 && askNode == null) {
            onDead.accept("no sign of life, nor a reply to a question");
        } else if (questions > 0 && nodeAnswer.isDone() && !nodeAnswer.isCompletedExceptionally()) {
            onDead.accept("no reply to a question on this connection, though the node answers on another");
        } else if (questions == MAX_QUESTIONS) {
            onDead.accept("no sign of life, nor a reply to " + MAX_QUESTIONS + " questions");
        } else {
            ask();
        }
    }

    private void ask() {
        questions++;
        nodeAnswer = askNode == null ? null : askNode.get();
        askHere.run();
        schedule(timings.reply().toNanos());
    }

    private void schedule(long nanos) {
        timer = loop.schedule(this::check, nanos, TimeUnit.NANOSECONDS);
    }
}
