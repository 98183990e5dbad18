package io.offhook.api.retention;

import java.util.List;
import java.util.concurrent.TimeUnit;

import io.offhook.db.SchemaMigration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/** Sweeps all that expires, again and again. Several processes may do so at once: what one has removed the others do not find. */
@Component
@EnableConfigurationProperties(SweepSettings.class)
final class RetentionSweeper implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(RetentionSweeper.class);

    private static final int BATCH = 5_000;
    /** 500,000 rows of each kind and round: the rest comes with the next, so that a large backlog leaves the database air. */
    private static final int BATCHES = 100;

    private final List<Expiring> all;
    private final SweepSettings settings;
    private final SchemaMigration schema;
    private volatile Thread thread;

    RetentionSweeper(List<Expiring> all, SweepSettings settings, SchemaMigration schema) {
        this.all = all;
        this.settings = settings;
        this.schema = schema;
    }

    @Override
    public void start() {
        thread = Thread.ofVirtual().name("retention").start(this::run);
    }

    private void run() {
        try {
            while (true) {
                TimeUnit.MILLISECONDS.sleep(settings.interval().toMillis());
                if (schema.isDone()) {
                    for (Expiring rows : all) {
                        sweep(rows);
                    }
                }
            }
        } catch (InterruptedException e) {
            log.debug("ended");
        }
    }

    private static void sweep(Expiring rows) throws InterruptedException {
        long removed = 0;
        try {
            for (int i = 0; i < BATCHES; i++) {
                int some = rows.remove(BATCH);
                removed += some;
                if (some < BATCH) {
                    break;
                }
                if (Thread.interrupted()) {
                    throw new InterruptedException("the API ends");
                }
            }
        } catch (DataAccessException e) {
            // Late is no harm: the next round finds them.
            log.warn("{} cannot be swept now: {}", rows.name(),
                    NestedExceptionUtils.getMostSpecificCause(e).getMessage());
        } catch (RuntimeException e) {
            log.error("{} cannot be swept", rows.name(), e);
        }
        if (removed > 0) {
            log.atInfo().addKeyValue("removed", removed).log("swept {}", rows.name());
        }
    }

    @Override
    public void stop() {
        Thread running = thread;
        if (running != null) {
            running.interrupt();
            thread = null;
        }
    }

    @Override
    public boolean isRunning() { return thread != null; }
}
