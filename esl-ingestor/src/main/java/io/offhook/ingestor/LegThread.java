package io.offhook.ingestor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.offhook.ingestor.call.LegTracker;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that follows the legs of all nodes, since a leg can move from one node to another. Everything that is learnt of legs
 * comes here as a job; each source bounds how many of its jobs wait.
 */
final class LegThread {

    private static final Logger log = LoggerFactory.getLogger(LegThread.class);
    private static final long TICK_MILLIS = 1000;
    /** While the topic is asked about legs their answers may be due sooner than the next tick. */
    private static final long SEARCH_MILLIS = 50;

    private final BlockingQueue<Runnable> jobs = new LinkedBlockingQueue<>();
    private final LegTracker tracker;
    private final TopicSearch search;
    private final List<Runnable> everyTick = new ArrayList<>();
    private final Thread thread;
    private long nextTickMillis;
    private volatile boolean stopping;

    LegThread(LegTracker tracker, TopicSearch search) {
        this.tracker = tracker;
        this.search = search;
        this.thread = Thread.ofPlatform().name("legs").unstarted(this::run);
    }

    /** Adds what is to be done about once a second; before {@link #start()} only. */
    void everyTick(Runnable job) {
        everyTick.add(job);
    }

    void start() {
        thread.start();
    }

    void execute(Runnable job) {
        jobs.add(job);
    }

    <T> CompletableFuture<T> ask(Supplier<T> question) {
        var answer = new CompletableFuture<T>();
        jobs.add(() -> answer.complete(question.get()));
        return answer;
    }

    /** A clock that never goes back, in milliseconds. */
    static long millis() {
        return System.nanoTime() / 1_000_000;
    }

    /** Works off what is queued and what waits for the topic, releases what is held, and ends; waits for that, {@code millis} at most. */
    void stop(long millis) throws InterruptedException {
        stopping = true;
        if (thread.getState() != Thread.State.NEW) {
            thread.join(millis);
            thread.interrupt();
        }
    }

    private void run() {
        try {
            while (!stopping || !jobs.isEmpty() || tracker.isSearching() || !search.isIdle()) {
                Runnable job = jobs.poll(waitMillis(), TimeUnit.MILLISECONDS);
                if (job != null) {
                    run(job);
                }
                passTime();
            }
            tracker.releaseAll();
        } catch (InterruptedException e) {
            log.warn("stopped with {} jobs undone", jobs.size());
        }
    }

    private long waitMillis() {
        long next = Math.min(tracker.nextDueMillis(), nextTickMillis) - millis();
        long longest = stopping || tracker.isSearching() ? SEARCH_MILLIS : TICK_MILLIS;
        return Math.clamp(next, 0, longest);
    }

    private void passTime() {
        long now = millis();
        run(() -> tracker.passTime(now));
        if (now >= nextTickMillis) {
            nextTickMillis = now + TICK_MILLIS;
            everyTick.forEach(this::run);
        }
        if (tracker.isSearching() && search.isIdle()) {
            Map<String, Long> questions = tracker.questionsForTopic(now);
            if (!questions.isEmpty()) {
                search.ask(questions, found -> execute(
                        () -> tracker.onTopicAnswer(questions.keySet(), found, millis())));
            }
        }
    }

    private void run(Runnable job) {
        try {
            job.run();
        } catch (InterruptException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // A bug in the handling of one event must not cost the events of all other legs.
            log.error("a leg's event could not be handled", e);
        }
    }
}
