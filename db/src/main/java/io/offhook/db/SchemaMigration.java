package io.offhook.db;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the schema up to date beside the start of a service, so that it answers for its health while PostgreSQL is away. Tries again
 * until it is done; several processes may do so at once, since Flyway locks its history table.
 */
public final class SchemaMigration implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(SchemaMigration.class);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private volatile Thread thread;

    public void start(Flyway flyway) {
        thread = Thread.ofVirtual().name("schema-migration").start(() -> untilDone(flyway));
    }

    /** Completes once the schema is as this version needs it. */
    public CompletableFuture<Void> done() {
        return done;
    }

    public boolean isDone() { return done.isDone(); }

    private void untilDone(Flyway flyway) {
        String complaint = null;
        try {
            while (true) {
                try {
                    flyway.migrate();
                    done.complete(null);
                    return;
                } catch (FlywayException e) {
                    String reason = reason(e);
                    if (!reason.equals(complaint)) {
                        log.warn(
                                "PostgreSQL cannot be used yet, trying again every {} s until it can (SPRING_DATASOURCE_URL, _USERNAME,"
                                        + " _PASSWORD): {}",
                                RETRY.toSeconds(), reason);
                        complaint = reason;
                    }
                    TimeUnit.SECONDS.sleep(RETRY.toSeconds());
                }
            }
        } catch (InterruptedException e) {
            done.cancel(false);
        }
    }

    /** The innermost message says what PostgreSQL, or the network, said; Flyway's own spans several lines. */
    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return message.lines().filter(line -> !line.isBlank()).findFirst().orElse(message);
    }

    @Override
    public void close() {
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }
}
