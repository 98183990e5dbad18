package io.offhook.api;

import io.offhook.db.SchemaMigration;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The schema is brought up to date beside the start; until it is, the API is not ready. */
@Configuration(proxyBeanMethods = false)
class SchemaConfiguration {

    @Bean
    SchemaMigration schemaMigration() {
        return new SchemaMigration();
    }

    @Bean
    FlywayMigrationStrategy flywayMigrationStrategy(SchemaMigration schema) {
        return schema::start;
    }

    @Bean
    HealthIndicator schemaHealthIndicator(SchemaMigration schema) {
        return () -> schema.isDone()
                ? Health.up().build()
                : Health.outOfService().withDetail("reason", "PostgreSQL has not answered yet").build();
    }
}
