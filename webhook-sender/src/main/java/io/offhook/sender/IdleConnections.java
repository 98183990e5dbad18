package io.offhook.sender;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Connections that wait for a next request, most recently used first. Sets no limit to connections in use (lanes do that), only to
 * idle ones: {@value #MAX_IDLE} in all, each for at most 30 s and until 5 minutes after it was opened, so that a receiver that moves
 * gets rid of us.
 */
final class IdleConnections {

    private static final int MAX_IDLE = 4_096;
    private static final Duration MAX_IDLE_TIME = Duration.ofSeconds(30);
    private static final Duration TIME_TO_LIVE = Duration.ofMinutes(5);

    private record Idle(Connection connection, long usableUntil) {}

    private final LongSupplier nanoTime;
    /** Guarded by this. No deque is empty. */
    private final Map<Route, Deque<Idle>> byRoute = new HashMap<>();
    private int size;

    IdleConnections(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** An open connection to the route, which is no longer in the pool. */
    Optional<Connection> take(Route route) {
        var worn = new ArrayList<Connection>();
        Optional<Connection> taken = Optional.empty();
        synchronized (this) {
            Deque<Idle> stack = byRoute.get(route);
            while (stack != null && !stack.isEmpty() && taken.isEmpty()) {
                Idle idle = stack.pop();
                size--;
                if (usable(idle)) {
                    taken = Optional.of(idle.connection());
                } else {
                    worn.add(idle.connection());
                }
            }
            if (stack != null && stack.isEmpty()) {
                byRoute.remove(route);
            }
        }
        worn.forEach(Connection::close);
        return taken;
    }

    /** Keeps a connection whose response is complete; closes it when the pool is full or its life is over. */
    void put(Connection connection, Duration keepAlive) {
        Duration idleTime = keepAlive.compareTo(MAX_IDLE_TIME) < 0 ? keepAlive : MAX_IDLE_TIME;
        long now = nanoTime.getAsLong();
        long left = Math.min(idleTime.toNanos(), TIME_TO_LIVE.toNanos() - (now - connection.openedAt()));
        synchronized (this) {
            if (left > 0 && size < MAX_IDLE) {
                byRoute.computeIfAbsent(connection.route(), _ -> new ArrayDeque<>())
                        .push(new Idle(connection, now + left));
                size++;
                return;
            }
        }
        connection.close();
    }

    /** Closes what has waited too long and forgets what the receiver has closed. */
    void evict() {
        remove(false).forEach(Connection::close);
    }

    void closeAll() {
        remove(true).forEach(Connection::close);
    }

    synchronized int size() {
        return size;
    }

    private synchronized List<Connection> remove(boolean all) {
        var removed = new ArrayList<Connection>();
        byRoute.values().forEach(stack -> stack.removeIf(idle -> {
            boolean goes = all || !usable(idle);
            if (goes) {
                removed.add(idle.connection());
            }
            return goes;
        }));
        byRoute.values().removeIf(Deque::isEmpty);
        size -= removed.size();
        return removed;
    }

    private boolean usable(Idle idle) {
        return idle.connection().isOpen() && idle.usableUntil() - nanoTime.getAsLong() > 0;
    }
}
