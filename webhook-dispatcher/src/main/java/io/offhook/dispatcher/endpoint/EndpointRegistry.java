package io.offhook.dispatcher.endpoint;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionException;

/** The newest snapshot of the registry, taken every second; the last complete one stays while PostgreSQL is away. */
public final class EndpointRegistry implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(EndpointRegistry.class);

    private final RegistryStore store;
    private final Duration interval;
    private final CountDownLatch first = new CountDownLatch(1);
    private final List<Consumer<RegistrySnapshot>> watchers = new CopyOnWriteArrayList<>();
    private final Thread thread = Thread.ofVirtual().name("endpoint-registry").unstarted(this::run);
    private volatile RegistrySnapshot snapshot;
    private volatile boolean away;

    public EndpointRegistry(JdbcClient jdbc, PlatformTransactionManager transactions, Duration interval) {
        this.store = new RegistryStore(jdbc, transactions);
        this.interval = interval;
    }

    public void start() {
        thread.start();
    }

    /** Called with each snapshot, on the registry's thread. */
    public void watch(Consumer<RegistrySnapshot> watcher) {
        watchers.add(watcher);
    }

    /** Waits a while for the first snapshot: nothing may be delivered, or passed over, before it is there. */
    public boolean awaitFirst(Duration longest) throws InterruptedException {
        return first.await(longest.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Empty before the first one is there. */
    public Optional<RegistrySnapshot> newest() {
        return Optional.ofNullable(snapshot);
    }

    /** @throws IllegalStateException before the first one is there */
    public RegistrySnapshot snapshot() {
        return newest().orElseThrow(() -> new IllegalStateException("no snapshot of the registry yet"));
    }

    /** A snapshot is there and PostgreSQL gave one lately. */
    public boolean isCurrent() {
        return snapshot != null && !away;
    }

    private void run() {
        try {
            while (!Thread.interrupted()) {
                takeSnapshot();
                TimeUnit.MILLISECONDS.sleep(interval.toMillis());
            }
        } catch (InterruptedException e) {
            log.debug("stopped");
        }
    }

    private void takeSnapshot() {
        try {
            RegistrySnapshot next = store.read(snapshot);
            if (snapshot == null || snapshot.version() != next.version()) {
                log.info("{} endpoints registered, version {}", next.endpoints().size(), next.version());
            }
            if (away) {
                log.info("PostgreSQL is back");
            }
            away = false;
            snapshot = next;
            first.countDown();
            watchers.forEach(watcher -> watcher.accept(next));
        } catch (DataAccessException | TransactionException e) {
            if (!away) {
                log.warn("PostgreSQL is away, {}: {}",
                        snapshot == null
                                ? "nothing is delivered before it answers"
                                : "the last known endpoints stay in force",
                        NestedExceptionUtils.getMostSpecificCause(e).getMessage());
            }
            away = true;
        } catch (RuntimeException e) {
            log.error("the registry could not be read, the last known endpoints stay in force", e);
            away = true;
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
