package io.offhook.chaos;

import io.offhook.testkit.kafka.KafkaProcess;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;

/** Kafka and PostgreSQL of all scenarios, each of which has topics and a database of its own; one that breaks them finds them mended. */
public final class Stores implements AutoCloseable {

    private final KafkaProcess kafka;
    private final boolean ownsKafka;
    private final EmbeddedPostgresServer postgres = EmbeddedPostgresServer.temporary();
    private boolean postgresWanted;

    private Stores(KafkaProcess kafka, boolean ownsKafka) {
        this.kafka = kafka;
        this.ownsKafka = ownsKafka;
    }

    /** Starts Kafka; PostgreSQL follows when a scenario asks for it, since most do without. */
    public static Stores start() {
        return new Stores(KafkaProcess.temporary().start(), true);
    }

    /** The same Kafka and another PostgreSQL, so that who breaks the one does not disturb who uses the other. */
    public Stores withOwnPostgres() {
        return new Stores(kafka, false);
    }

    KafkaProcess kafka() {
        return kafka;
    }

    synchronized EmbeddedPostgresServer postgres() {
        if (!postgresWanted) {
            postgres.start();
            postgresWanted = true;
        }
        return postgres;
    }

    /** Starts what a scenario that was broken off has left down. */
    synchronized void mend() {
        if (!kafka.isRunning()) {
            kafka.start();
        }
        if (postgresWanted && !postgres.isRunning()) {
            postgres.start();
        }
    }

    @Override
    public void close() {
        if (ownsKafka) {
            kafka.close();
        }
        postgres.close();
    }
}
