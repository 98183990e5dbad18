package io.offhook.api.call;

import java.util.concurrent.CompletableFuture;

import io.offhook.db.PartitionKeeper;
import io.offhook.db.SchemaMigration;
import io.offhook.runtime.GroupSessions;
import io.offhook.runtime.TopicProvisioner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** Starts the projector once topic and schema are there, and the care of its partitions once the schema is. */
final class CallProjectorLifecycle implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(CallProjectorLifecycle.class);

    private final TopicProvisioner topics;
    private final SchemaMigration schema;
    private final PartitionKeeper keeper;
    private final GroupSessions sessions;
    private final CallProjector projector;
    private final boolean project;
    private boolean running;

    CallProjectorLifecycle(TopicProvisioner topics, SchemaMigration schema, PartitionKeeper keeper,
            GroupSessions sessions, CallProjector projector, boolean project) {
        this.topics = topics;
        this.schema = schema;
        this.keeper = keeper;
        this.sessions = sessions;
        this.projector = projector;
        this.project = project;
    }

    @Override
    public synchronized void start() {
        running = true;
        schema.done().thenRun(() -> ifRunning(keeper::start));
        if (project) {
            CompletableFuture.allOf(topics.ready(), schema.done()).thenRun(sessions::apply)
                    .thenRun(() -> ifRunning(projector::start))
                    .whenComplete((_, failure) -> {
                        if (failure != null && isRunning()) {
                            log.error("the projector of calls could not be started", failure);
                        }
                    });
        }
    }

    private synchronized void ifRunning(Runnable start) {
        if (running) {
            start.run();
        }
    }

    @Override
    public void stop() {
        synchronized (this) {
            running = false;
        }
        keeper.close();
        projector.close();
    }

    @Override
    public synchronized boolean isRunning() { return running; }
}
