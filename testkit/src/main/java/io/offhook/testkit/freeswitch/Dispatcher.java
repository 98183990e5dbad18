package io.offhook.testkit.freeswitch;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Brings each event to every connection that wants it, one event at a time.
 * <p>
 * The lock is the global listener mutex of mod_event_socket: while a listener is being killed, the notice goes to its full socket
 * under this lock, so that no other client gets an event and no new one can authenticate until the stalled client reads or closes.
 */
final class Dispatcher {
    private final ReentrantLock lock = new ReentrantLock();
    private final List<EslConnection> listeners = new CopyOnWriteArrayList<>();

    void add(EslConnection connection) {
        lock.lock();
        try {
            listeners.add(connection);
        } finally {
            lock.unlock();
        }
    }

    /** Needs no lock: a closing connection must not wait for the dispatch that waits for its close. */
    void remove(EslConnection connection) {
        listeners.remove(connection);
    }

    /** Whether anybody wants such an event; nobody renders what nobody wants. */
    boolean wanted(String name, String subclass) {
        for (EslConnection listener : listeners) {
            if (listener.subscription().wants(name, subclass)) {
                return true;
            }
        }
        return false;
    }

    int subscribers() {
        return (int) listeners.stream().filter(listener -> listener.subscription().listening()).count();
    }

    void fire(EventData event) {
        fire(new SwitchEvent.Plain(event));
    }

    void fire(SwitchEvent event) {
        lock.lock();
        try {
            for (EslConnection listener : listeners) {
                if (listener.subscription().wants(event.name(), event.subclass()) && listener.filters().pass(event)) {
                    listener.offer(event);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Brings frames to every client that has subscribed to anything, whatever it asked for. */
    void broadcast(Outgoing frame) {
        lock.lock();
        try {
            for (EslConnection listener : listeners) {
                if (listener.subscription().listening()) {
                    listener.offer(frame);
                }
            }
        } finally {
            lock.unlock();
        }
    }
}
