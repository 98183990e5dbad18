package io.offhook.dispatcher.retry;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.offhook.dispatcher.endpoint.EndpointRegistry;
import io.offhook.dispatcher.lane.Lanes;
import io.offhook.dispatcher.persist.IndexScans;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;

/** The way of rows back into the lanes when they are due, of what becomes of them into PostgreSQL, and their end. */
public final class RetryEngine implements AutoCloseable {

    private final RowSettler settler;
    private final Claimer claimer;
    private final Sweeper sweeper;

    public RetryEngine(JdbcTemplate jdbc, PlatformTransactionManager transactions, EndpointRegistry registry,
            Lanes lanes, RetrySettings settings, RetryMetrics metrics, MeterRegistry meters) {
        var indexScans = new IndexScans(JdbcClient.create(jdbc), transactions);
        this.settler = new RowSettler(new SettleStore(jdbc, indexScans, settings));
        this.claimer = new Claimer(new RetryStore(jdbc, indexScans, settings), settler, registry, lanes, settings,
                metrics);
        this.sweeper = new Sweeper(new SweepStore(jdbc, indexScans, settings), settings, metrics);
        Gauge.builder("offhook.dispatcher.rows.under.way", settler, RowSettler::underWay)
                .description("rows that are claimed and whose end is not written yet").register(meters);
    }

    public void start() {
        claimer.start();
        sweeper.start();
    }

    /** Claims nothing more. */
    public void stopClaiming() {
        claimer.close();
        sweeper.close();
    }

    /** Writes what has ended. */
    @Override
    public void close() {
        stopClaiming();
        settler.close();
    }
}
