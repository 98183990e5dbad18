package io.offhook.bench.dispatch;

import java.nio.file.Path;

import io.offhook.bench.Options;
import io.offhook.testkit.kafka.KafkaProcess;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import io.offhook.testkit.process.DataDirectory;

/** A broker and a PostgreSQL, each in processes of its own, for all runs of a bench. */
public final class Servers implements AutoCloseable {

    private final DataDirectory directory = DataDirectory.temporary("offhook-bench-");
    private final KafkaProcess kafka = KafkaProcess.asShipped();
    private final EmbeddedPostgresServer postgres = EmbeddedPostgresServer.temporary();
    private final Path root;

    public Servers(Options options) {
        root = options.root();
        try {
            kafka.start();
            postgres.start();
        } catch (RuntimeException e) {
            // Whatever of the two runs must not outlive the bench.
            close();
            throw e;
        }
    }

    public String brokers() {
        return kafka.bootstrapServers();
    }

    public EmbeddedPostgresServer postgres() {
        return postgres;
    }

    /** Where processes may leave what they print. */
    public Path directory() {
        return directory.path();
    }

    public Path jar(String module) {
        return root.resolve(module + "/target/" + module + ".jar");
    }

    Path root() {
        return root;
    }

    @Override
    public void close() {
        postgres.close();
        kafka.close();
        directory.deleteIfTemporary();
    }
}
