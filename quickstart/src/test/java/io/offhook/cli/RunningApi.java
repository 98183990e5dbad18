package io.offhook.cli;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;

import io.offhook.api.ApiApplication;
import io.offhook.runtime.ServiceLauncher;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

import static org.awaitility.Awaitility.await;

/** A real API over a real PostgreSQL. */
final class RunningApi implements AutoCloseable {

    static final String KEY = "key-of-the-command-line";

    private final EmbeddedPostgresServer postgres = EmbeddedPostgresServer.temporary().start();
    private final ConfigurableApplicationContext context = new ServiceLauncher(ApiApplication.NAME,
            ApiApplication.class).start(
                    Map.of("server.port", 0, "spring.datasource.url", postgres.jdbcUrl(), "offhook.api.admin-key", KEY,
                            "offhook.egress.allow-cidrs", "127.0.0.0/8", "spring.kafka.bootstrap-servers",
                            "localhost:1", "offhook.log.dir", "target/logs", "logging.console.enabled", "false"));

    RunningApi() throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var ready = HttpRequest.newBuilder(URI.create(url() + "/actuator/health/readiness")).build();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> http.send(ready, BodyHandlers.discarding()).statusCode() == 200);
        }
    }

    String url() {
        return "http://localhost:" + context.getEnvironment().getProperty("local.server.port");
    }

    /** A delivery of the endpoint that has been given up. */
    String exhausted(String endpoint, String uuid) {
        UUID id = UUID.randomUUID();
        context.getBean(JdbcClient.class)
                .sql("""
                        insert into failed_webhooks (id, endpoint_id, event_id, uuid, action, leg_sequence, attributes, payload,
                            status, attempts, message_failures, first_failed_at, last_attempt_at, expires_at, last_status_code,
                            last_error, ended_at)
                        values (:id, :endpoint::uuid, :event, :uuid, 'hangup', 2, '{}', :payload, 'exhausted', 3, 3, now(), now(),
                            now(), 400, 'http_4xx', now())""")
                .param("id", id).param("endpoint", endpoint)
                .param("event", uuid + "_hangup").param("uuid", uuid)
                .param("payload", "{\"action\":\"hangup\"}".getBytes(StandardCharsets.UTF_8)).update();
        return id.toString();
    }

    @Override
    public void close() {
        context.close();
        postgres.close();
    }
}
