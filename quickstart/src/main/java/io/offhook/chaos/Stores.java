package io.offhook.chaos;

import io.offhook.testkit.kafka.KafkaProcess;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;

/**
 * Kafka and PostgreSQL of scenarios, each of which has topics and a database of its own in them. Who breaks one of them has that one for
 * itself, so that others can run beside it.
 */
public final class Stores implements AutoCloseable {

    private final KafkaProcess kafka;
    private final boolean ownsKafka;
    private final LazyPostgres postgres;
    private final boolean ownsPostgres;

    private Stores(KafkaProcess kafka, boolean ownsKafka, LazyPostgres postgres, boolean ownsPostgres) {
        this.kafka = kafka;
        this.ownsKafka = ownsKafka;
        this.postgres = postgres;
        this.ownsPostgres = ownsPostgres;
    }

    /** Starts Kafka; PostgreSQL follows when a scenario asks for it, since most do without. */
    public static Stores start() {
        return new Stores(KafkaProcess.temporary().start(), true, new LazyPostgres(), true);
    }

    /** The same ones, which stay when this is closed. */
    Stores shared() {
        return new Stores(kafka, false, postgres, false);
    }

    /** The same Kafka and another PostgreSQL. */
    Stores withOwnPostgres() {
        return new Stores(kafka, false, new LazyPostgres(), true);
    }

    /** Another Kafka, started by this, and the same PostgreSQL. */
    Stores withOwnKafka() {
        return new Stores(KafkaProcess.temporary().start(), true, postgres, false);
    }

    KafkaProcess kafka() {
        return kafka;
    }

    EmbeddedPostgresServer postgres() {
        return postgres.wanted();
    }

    @Override
    public void close() {
        if (ownsKafka) {
            kafka.close();
        }
        if (ownsPostgres) {
            postgres.server.close();
        }
    }

    /** Starts at the first use; who stops it later starts it again. */
    private static final class LazyPostgres {

        private final EmbeddedPostgresServer server = EmbeddedPostgresServer.temporary();
        private boolean started;

        synchronized EmbeddedPostgresServer wanted() {
            if (!started) {
                server.start();
                started = true;
            }
            return server;
        }
    }
}
