package io.offhook.ingestor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.regex.Pattern;

import io.offhook.ingestor.call.ChannelEvent;
import io.offhook.ingestor.call.ChannelEventReader;
import io.offhook.ingestor.call.LegTracker;
import io.offhook.ingestor.call.SnapshotQuestions;
import io.offhook.ingestor.esl.CommandFailedException;
import io.offhook.ingestor.esl.EslEvent;
import io.offhook.ingestor.esl.MalformedEventException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Finds out what happened at one node while nobody listened. Once events arrive again the node is asked which legs it has; those that
 * are new are dumped, those that are missing are asked for by name. Only a leg that the node denies twice is reported as gone: its
 * list is filled behind the event system and lags, and with a core database that nodes share another node may have emptied it.
 */
final class Reconciliation {

    /**
     * @param delay after a connect until the first list, which lags by up to half a second
     * @param interval between two questions about one leg, and between two lists
     * @param retry after a command that failed
     * @param dumpsPerSecond how fast legs are dumped: each takes FreeSWITCH about 0.2 ms
     */
    record Pace(Duration delay, Duration interval, Duration retry, int dumpsPerSecond) {}

    /** What the node knows is told in the end. */
    private static final int MIN_ROUNDS = 2;
    /** A uuid is any text; one that could end the command and begin another is never asked for. */
    private static final Pattern SAFE = Pattern.compile("[!-~]{1,256}");
    private static final Pattern UUID = Pattern.compile("[0-9a-fA-F-]{36}");
    private static final Logger log = LoggerFactory.getLogger(Reconciliation.class);

    private final String node;
    private final Function<String, CompletableFuture<String>> commands;
    private final LegThread legs;
    private final LegTracker tracker;
    private final ChannelEventReader reader;
    private final Pace pace;
    private final JsonMapper json = new JsonMapper();
    private final Object lock = new Object();
    private long wantedSinceMillis = Long.MIN_VALUE;
    private boolean live;
    private boolean closed;
    private String lastComplaint;
    private volatile boolean running;
    private final Thread thread;

    /** @param commands sends an API command to the node */
    Reconciliation(String node, Function<String, CompletableFuture<String>> commands, LegThread legs,
            LegTracker tracker, ChannelEventReader reader, Pace pace) {
        this.node = node;
        this.commands = commands;
        this.legs = legs;
        this.tracker = tracker;
        this.reader = reader;
        this.pace = pace;
        this.thread = Thread.ofVirtual().name("reconciliation-" + node).start(this::work);
    }

    /** Events arrive since then: legs that are not heard of from then on are in question. */
    void connected(long sinceMillis) {
        synchronized (lock) {
            live = true;
            wantedSinceMillis = sinceMillis;
            lock.notifyAll();
        }
    }

    void lost() {
        synchronized (lock) {
            live = false;
            lock.notifyAll();
        }
    }

    /** What was heard does not fit what the node counts. */
    void doubt() {
        synchronized (lock) {
            if (live && !running) {
                wantedSinceMillis = LegThread.millis();
                lock.notifyAll();
            }
        }
    }

    boolean isRunning() { return running; }

    void close() {
        synchronized (lock) {
            closed = true;
        }
        thread.interrupt();
    }

    private void work() {
        try {
            while (true) {
                long since = awaitWanted();
                running = true;
                try {
                    pause(since, pace.delay());
                    reconcile(since);
                    done(since);
                } catch (CommandFailedException | JacksonException | IllegalStateException e) {
                    complain(e.getMessage());
                    pause(since, pace.retry());
                } finally {
                    running = false;
                }
            }
        } catch (InterruptedException e) {
            log.debug("node {}: stopped", node);
        }
    }

    private long awaitWanted() throws InterruptedException {
        synchronized (lock) {
            while (!live || wantedSinceMillis == Long.MIN_VALUE) {
                lock.wait();
            }
            return wantedSinceMillis;
        }
    }

    /** Waits, but no longer than the connection that it is about lasts. */
    private void pause(long since, Duration time) throws InterruptedException {
        long until = LegThread.millis() + time.toMillis();
        synchronized (lock) {
            long left = until - LegThread.millis();
            while (left > 0 && isStill(since)) {
                lock.wait(left);
                left = until - LegThread.millis();
            }
        }
    }

    private boolean isStill(long since) {
        synchronized (lock) {
            return live && wantedSinceMillis == since && !closed;
        }
    }

    private void done(long since) {
        synchronized (lock) {
            if (isStill(since)) {
                wantedSinceMillis = Long.MIN_VALUE;
                lastComplaint = null;
            }
        }
    }

    private void reconcile(long since) throws InterruptedException {
        learnCore();
        Set<String> deniedBefore = Set.of();
        Set<String> told = new HashSet<>();
        for (int round = 1; isStill(since); round++) {
            boolean surely = round >= MIN_ROUNDS;
            List<String> listed = list();
            SnapshotQuestions questions = get(legs.ask(() -> tracker.compare(node, listed, since, surely)));
            dump(questions.dump());
            Set<String> denied = questions.ask().isEmpty() ? Set.of() : ask(questions.ask(), listed.isEmpty(), since);
            for (String uuid : denied) {
                if (deniedBefore.contains(uuid) && told.add(uuid)) {
                    legs.execute(() -> tracker.denied(uuid, node, since, LegThread.millis()));
                }
            }
            if (round >= MIN_ROUNDS && told.containsAll(denied)) {
                return;
            }
            deniedBefore = denied;
            pause(since, pace.interval());
        }
    }

    /** Which core answers is known from its first event, but that may be a heartbeat 20 s away. */
    private void learnCore() throws InterruptedException {
        try {
            String core = api("global_getvar core_uuid").strip();
            if (UUID.matcher(core).matches()) {
                legs.execute(() -> tracker.heard(node, core, 0, LegThread.millis()));
            }
        } catch (CommandFailedException e) {
            // A user may be forbidden to ask; then the next event tells.
            log.debug("node {}: {}", node, e.getMessage());
        }
    }

    private List<String> list() throws InterruptedException {
        String reply = api("show channels as json");
        if (!reply.stripLeading().startsWith("{")) {
            throw new IllegalStateException("show channels: " + reply.lines().findFirst().orElse("no answer"));
        }
        JsonNode rows = json.readTree(reply).path("rows");
        var uuids = new ArrayList<String>();
        rows.forEach(row -> uuids.add(row.path("uuid").asString("")));
        return uuids.stream().filter(uuid -> SAFE.matcher(uuid).matches()).distinct().toList();
    }

    private void dump(List<String> uuids) throws InterruptedException {
        long startNanos = System.nanoTime();
        int count = 0;
        for (String uuid : uuids) {
            String reply = api("uuid_dump " + uuid + " json");
            if (reply.startsWith("{")) {
                hear(reply);
            }
            long dueNanos = startNanos + ++count * 1_000_000_000L / pace.dumpsPerSecond();
            Thread.sleep(Duration.ofNanos(Math.max(0, dueNanos - System.nanoTime())));
        }
    }

    private void hear(String dump) {
        try {
            EslEvent event = EslEvent.ofJson(dump);
            ChannelEvent leg = reader.read(node, event);
            if (leg != null) {
                legs.execute(() -> {
                    long now = LegThread.millis();
                    tracker.heard(node, leg.core(), 0, now);
                    tracker.onDump(leg, now);
                });
            }
        } catch (MalformedEventException e) {
            // The leg goes on without: its next event tells as much.
            log.warn("node {}: a dump cannot be read: {}", node, e.getMessage());
        }
    }

    /** @return those that the node denies; none while it cannot be trusted */
    private Set<String> ask(List<String> uuids, boolean noneListed, long since) throws InterruptedException {
        if (noneListed && !api("status").contains("is ready")) {
            throw new IllegalStateException("status: the node is not ready");
        }
        if (!get(legs.ask(() -> tracker.knowsCoreSince(node, since)))) {
            throw new IllegalStateException("it is not known yet which core answers");
        }
        var denied = new HashSet<String>();
        for (String uuid : uuids) {
            String answer = SAFE.matcher(uuid).matches() ? api("uuid_exists " + uuid).strip() : "";
            if (answer.equals("false")) {
                denied.add(uuid);
            } else if (answer.equals("true")) {
                legs.execute(() -> tracker.exists(uuid, node));
            }
        }
        return denied;
    }

    private String api(String command) throws InterruptedException {
        return get(commands.apply(command));
    }

    private static <T> T get(CompletableFuture<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof CommandFailedException failed
                    ? failed
                    : new IllegalStateException(e.getCause());
        }
    }

    private void complain(String why) {
        synchronized (lock) {
            if (live && !why.equals(lastComplaint)) {
                log.warn("node {}: it is not certain which legs it has, asking again until it is: {}", node, why);
                lastComplaint = why;
            }
        }
    }
}
