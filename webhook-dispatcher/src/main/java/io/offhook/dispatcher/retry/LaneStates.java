package io.offhook.dispatcher.retry;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ObjIntConsumer;

import io.offhook.dispatcher.attempt.AttemptListener;
import io.offhook.dispatcher.endpoint.RegisteredEndpoint;
import io.offhook.dispatcher.lane.Delivery;
import io.offhook.dispatcher.lane.LaneEvents;
import io.offhook.sender.AttemptResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Tells the fleet through {@code endpoint_lanes} what a lane has learnt. */
public final class LaneStates implements LaneEvents, AutoCloseable {

    private enum Kind {
        OPENED, PROBE_SUCCEEDED, PROBE_FAILED
    }

    /** @param stoodFor how many moves of the lane it is the outcome of */
    private record Move(Kind kind, Optional<Duration> retryAfter, int stoodFor) {}

    private static final Logger log = LoggerFactory.getLogger(LaneStates.class);

    private final JdbcClient jdbc;
    private final RetrySchedule schedule;
    private final AttemptListener attempts;
    private final DatabaseWriter writer = new DatabaseWriter("lane-states");
    /** Healths not written yet: while PostgreSQL is away an endpoint that comes and goes holds one write, not one per change. */
    private final Map<UUID, Boolean> unwrittenHealth = new ConcurrentHashMap<>();
    private final Set<UUID> unwrittenGone = ConcurrentHashMap.newKeySet();
    private final Map<UUID, Deque<Move>> unwrittenMoves = new HashMap<>();
    private volatile ObjIntConsumer<UUID> onMovesWritten = (_, _) -> {};

    public LaneStates(JdbcClient jdbc, RetrySchedule schedule, AttemptListener attempts) {
        this.jdbc = jdbc;
        this.schedule = schedule;
        this.attempts = attempts;
    }

    /** Told of moves of a breaker that were made here once the database has them, and how many they were. */
    public void onMovesWritten(ObjIntConsumer<UUID> listener) {
        onMovesWritten = listener;
    }

    @Override
    public void opened(UUID endpoint, Optional<Duration> retryAfter) {
        log.atWarn().addKeyValue("endpoint_id", endpoint).log("endpoint is failing, its breaker opens");
        move(endpoint, Kind.OPENED, retryAfter);
    }

    @Override
    public void probeSucceeded(UUID endpoint) {
        log.atInfo().addKeyValue("endpoint_id", endpoint).log("endpoint answers again, its breaker closes");
        move(endpoint, Kind.PROBE_SUCCEEDED, Optional.empty());
    }

    @Override
    public void probeFailed(UUID endpoint, Optional<Duration> retryAfter) {
        move(endpoint, Kind.PROBE_FAILED, retryAfter);
    }

    private void move(UUID endpoint, Kind kind, Optional<Duration> retryAfter) {
        synchronized (unwrittenMoves) {
            Deque<Move> moves = unwrittenMoves.get(endpoint);
            if (moves == null) {
                moves = new ArrayDeque<>(2);
                unwrittenMoves.put(endpoint, moves);
                writer.write(() -> writeMoves(endpoint));
            }
            int stoodFor = 1;
            if (kind == Kind.PROBE_SUCCEEDED) {
                // A closed breaker is closed whatever came before: so an endpoint that comes and goes while PostgreSQL is away holds
                // three moves at most. The first one may be just being written.
                while (moves.size() > 1) {
                    stoodFor += moves.removeLast().stoodFor();
                }
            }
            moves.add(new Move(kind, retryAfter, stoodFor));
        }
    }

    private void writeMoves(UUID endpoint) {
        Move move = firstUnwritten(endpoint);
        while (move != null) {
            try {
                write(endpoint, move);
            } catch (DataIntegrityViolationException e) {
                // It would be refused again and again, and all others would wait behind it.
                log.error("PostgreSQL refuses a move of a breaker, which is left out", e);
            }
            synchronized (unwrittenMoves) {
                unwrittenMoves.get(endpoint).removeFirst();
            }
            onMovesWritten.accept(endpoint, move.stoodFor());
            move = firstUnwritten(endpoint);
        }
    }

    private Move firstUnwritten(UUID endpoint) {
        synchronized (unwrittenMoves) {
            Move first = unwrittenMoves.get(endpoint).peekFirst();
            if (first == null) {
                unwrittenMoves.remove(endpoint);
            }
            return first;
        }
    }

    private void write(UUID endpoint, Move move) {
        String sql = switch (move.kind()) {
            case OPENED ->
                """
                        insert into endpoint_lanes as l (endpoint_id, breaker, step, probe_at, degraded, version, updated_at)
                        select :endpoint, 'open', 1, %s, true, 1, now() where exists (select 1 from endpoints where id = :endpoint)
                        on conflict (endpoint_id) do update set breaker = 'open', step = 1, probe_at = excluded.probe_at, degraded = true,
                            version = l.version + 1, updated_at = now()
                        where l.breaker = 'closed'"""
                        .formatted(RetrySchedule.dueAfter("1"));
            case PROBE_SUCCEEDED ->
                """
                        update endpoint_lanes set breaker = 'closed', step = 0, probe_at = null, version = version + 1, updated_at = now()
                        where endpoint_id = :endpoint and breaker = 'open'""";
            case PROBE_FAILED ->
                """
                        update endpoint_lanes set step = step + 1, probe_at = %s, version = version + 1, updated_at = now()
                        where endpoint_id = :endpoint and breaker = 'open'"""
                        .formatted(RetrySchedule.dueAfter("step + 1"));
        };
        jdbc.sql(sql).param("endpoint", endpoint).params(schedule.parameters(move.retryAfter())).update();
    }

    @Override
    public void degraded(UUID endpoint, boolean degraded) {
        if (unwrittenHealth.put(endpoint, degraded) == null) {
            writer.write(() -> writeHealth(endpoint), () -> {});
        }
    }

    private void writeHealth(UUID endpoint) {
        Boolean newest;
        do {
            newest = unwrittenHealth.get(endpoint);
            jdbc.sql("""
                    insert into endpoint_lanes as l (endpoint_id, degraded)
                    select :endpoint, :degraded where exists (select 1 from endpoints where id = :endpoint)
                    on conflict (endpoint_id) do update set degraded = excluded.degraded, updated_at = now()
                    where l.degraded <> excluded.degraded""").param("endpoint", endpoint).param("degraded", newest)
                    .update();
        } while (!unwrittenHealth.remove(endpoint, newest));
    }

    @Override
    public void gone(UUID endpoint) {
        log.atWarn().addKeyValue("endpoint_id", endpoint).log("endpoint answered 410 Gone and is disabled");
        if (!unwrittenGone.add(endpoint)) {
            return;
        }
        writer.write(() -> jdbc
                .sql("""
                        update endpoints set enabled = false, disabled_reason = 'gone', version = version + 1, updated_at = now()
                        where id = :endpoint and enabled""")
                .param("endpoint", endpoint).update(), () -> unwrittenGone.remove(endpoint));
    }

    @Override
    public void attempted(Delivery delivery, RegisteredEndpoint endpoint, AttemptResult result) {
        attempts.attempted(delivery.message(), delivery.attemptNumber(), delivery.replayId(), endpoint, result);
    }

    /** Moves that are not in the database yet. */
    public int waiting() {
        return writer.waiting();
    }

    @Override
    public void close() {
        writer.close();
    }
}
