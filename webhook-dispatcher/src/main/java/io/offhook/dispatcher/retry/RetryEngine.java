package io.offhook.dispatcher.retry;

import io.offhook.dispatcher.endpoint.EndpointRegistry;
import io.offhook.dispatcher.lane.Lanes;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The way of rows back into the lanes when they are due, and of what becomes of them into PostgreSQL. */
public final class RetryEngine implements AutoCloseable {

    private final RowSettler settler;
    private final Claimer claimer;

    public RetryEngine(JdbcClient jdbc, EndpointRegistry registry, Lanes lanes, RetrySettings settings) {
        var store = new RetryStore(jdbc, settings);
        this.settler = new RowSettler(store);
        this.claimer = new Claimer(store, settler, registry, lanes, settings);
    }

    public void start() {
        claimer.start();
    }

    /** Claims nothing more. */
    public void stopClaiming() {
        claimer.close();
    }

    /** Writes what has ended. */
    @Override
    public void close() {
        claimer.close();
        settler.close();
    }
}
