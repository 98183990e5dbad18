package io.offhook.sender;

import org.apache.hc.core5.http.nio.AsyncClientExchangeHandler;
import org.apache.hc.core5.http.nio.command.RequestExecutionCommand;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.Command;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.util.Timeout;

/**
 * An open connection, in the hands of one request or idle in the pool.
 *
 * @param openedAt {@link System#nanoTime()} when it was ready
 */
record Connection(Route route, IOSession session, long openedAt) {

    /** How long the receiver's own close_notify is waited for. */
    private static final Timeout TLS_FAREWELL = Timeout.ofSeconds(1);

    boolean isOpen() { return session.isOpen(); }

    /** Sends one request. Whatever happens, the handler hears of it, though perhaps more than once. */
    void execute(AsyncClientExchangeHandler handler) {
        session.enqueue(new RequestExecutionCommand(handler, HttpCoreContext.create()), Command.Priority.NORMAL);
        if (!session.isOpen()) {
            // Closed between the look into the pool and here: the queue may have been emptied before our command got into it.
            handler.cancel();
        }
    }

    /** Takes leave of an idle connection: with a FIN, not a reset, and under TLS with a close_notify. Does not block. */
    void close() {
        session.setSocketTimeout(TLS_FAREWELL);
        session.close(CloseMode.GRACEFUL);
    }

    /** Closes the socket now, with what is unsent or unread. Does not block. */
    void abort() {
        session.close(CloseMode.IMMEDIATE);
    }
}
