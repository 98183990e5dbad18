package io.offhook.api;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class DatabaseAwayTest {

    private static final String ENDPOINTS = "/api/v1/endpoints";

    @Test
    void withoutItsDatabaseTheApiAnswers503QuicklyAndRecoversByItself() {
        try (var postgres = EmbeddedPostgresServer.temporary().start();
                var api = RunningApi.start(postgres, Map.of())) {
            var admin = api.admin();
            String path = admin.post(ENDPOINTS, Map.of("url", "http://127.0.0.1:9/")).header("location");

            for (Runnable end : List.<Runnable>of(postgres::kill, postgres::stop)) {
                end.run();
                Instant start = Instant.now();
                var answers = Stream.<Supplier<ApiClient.Answer>>of(() -> admin.get(path),
                        () -> admin.post(ENDPOINTS, Map.of("url", "http://127.0.0.1:9/")), () -> admin.delete(path),
                        () -> api.as("some other key").get(path)).map(CompletableFuture::supplyAsync).toList();
                assertThat(answers.stream().map(CompletableFuture::join)).allSatisfy(answer -> {
                    assertThat(answer.status()).as(answer.toString()).isEqualTo(503);
                    assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
                    assertThat(answer.header("retry-after")).matches("[1-9][0-9]*");
                });
                assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(10));
                assertThat(admin.withoutKey().get("/actuator/health/liveness").status()).isEqualTo(200);
                postgres.start();
                await().atMost(Duration.ofSeconds(60)).until(() -> admin.get(path).status() == 200);
            }
        }
    }
}
