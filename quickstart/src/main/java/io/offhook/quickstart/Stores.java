package io.offhook.quickstart;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import io.offhook.testkit.kafka.EmbeddedKafka;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import org.springframework.core.env.Environment;

/** Kafka and PostgreSQL: embedded with their data kept, or whichever the variables of the services name. */
final class Stores implements AutoCloseable {

    private static final String KAFKA = "spring.kafka.bootstrap-servers";
    private static final String POSTGRES = "spring.datasource.url";

    private final Environment environment;
    private final QuickstartSettings settings;
    private final Steps steps;
    private EmbeddedKafka kafka;
    private EmbeddedPostgresServer postgres;

    private Stores(Environment environment, QuickstartSettings settings, Steps steps) {
        this.environment = environment;
        this.settings = settings;
        this.steps = steps;
    }

    /** Starts both at once: the one is a process of its own, the other works in this one. */
    static Stores start(DataFolder data, Environment environment, QuickstartSettings settings, Steps steps) {
        var stores = new Stores(environment, settings, steps);
        // A thread each: Kafka's start blocks on locks and disks for seconds.
        var postgres = CompletableFuture.runAsync(() -> stores.startPostgres(data), Thread.ofPlatform()::start);
        var kafka = CompletableFuture.runAsync(() -> stores.startKafka(data), Thread.ofPlatform()::start);
        try {
            CompletableFuture.allOf(postgres, kafka).join();
            return stores;
        } catch (CompletionException e) {
            // Whichever did start would outlive the failed quickstart.
            stores.close();
            throw e;
        }
    }

    private void startPostgres(DataFolder data) {
        if (isUnset(POSTGRES)) {
            // A quickstart's data is somebody's data: it survives a power cut, too.
            postgres = steps.run("PostgreSQL", () -> EmbeddedPostgresServer
                    .at(data.postgres(), settings.postgresPort()).setting("fsync", "on").stoppedByOwner().start());
        }
    }

    private void startKafka(DataFolder data) {
        if (isUnset(KAFKA)) {
            // An index is laid out at its full size: 10 MiB twice for each of more than a hundred partitions by default.
            kafka = steps.run("Kafka", () -> EmbeddedKafka.at(data.kafka(), settings.kafkaPort())
                    .setting("log.index.size.max.bytes", "1048576").start());
        }
    }

    private boolean isUnset(String property) {
        return environment.getProperty(property, "").isBlank();
    }

    /** What the services have to know; nothing about what the variables say already. */
    Map<String, Object> properties() {
        var properties = new LinkedHashMap<String, Object>();
        if (kafka != null) {
            properties.put(KAFKA, kafka.bootstrapServers());
        }
        if (postgres != null) {
            properties.put(POSTGRES, postgresUrl());
            properties.put("spring.datasource.username", postgres.username());
            properties.put("spring.datasource.password", postgres.password());
        }
        return properties;
    }

    String kafkaAddress() {
        return kafka == null ? environment.getProperty(KAFKA) : kafka.bootstrapServers();
    }

    String postgresAddress() {
        return postgres == null ? environment.getProperty(POSTGRES) : postgresUrl();
    }

    private String postgresUrl() {
        return "jdbc:postgresql://localhost:" + postgres.port() + "/" + postgres.username();
    }

    @Override
    public void close() {
        if (kafka != null) {
            kafka.close();
        }
        if (postgres != null) {
            postgres.close();
        }
    }
}
