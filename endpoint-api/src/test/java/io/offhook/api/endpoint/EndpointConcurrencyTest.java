package io.offhook.api.endpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

import io.offhook.api.ApiClient;
import io.offhook.api.ApiClient.Answer;
import io.offhook.api.RunningApi;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class EndpointConcurrencyTest {

    private static final String PATH = "/api/v1/endpoints";
    private static final Map<String, Object> BODY = Map.of("url", "http://127.0.0.1:9/");

    /** Each waits two seconds for a connection. */
    private static final int MAX_TRIES = 10;

    private final RunningApi running = RunningApi.shared();
    private final String tenant = "many" + UUID.randomUUID() + ".example";
    private final ApiClient api = running.tenant(tenant);

    @Test
    void concurrentCreationsStopAtFiftyPerTenant() throws Exception {
        List<Answer> answers = atOnce(64, _ -> served(() -> api.post(PATH, BODY)));

        assertThat(answers.stream().filter(answer -> answer.status() == 201)).hasSize(50);
        List<Answer> refused = answers.stream().filter(answer -> answer.status() != 201).toList();
        assertThat(refused).hasSize(14).allSatisfy(answer -> {
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.messageOn("tenant")).contains("at most 50");
        });
        assertThat(api.get(PATH + "?limit=500").json().get("data").size()).isEqualTo(50);

        // Nor does an endpoint of another tenant move in.
        String elsewhere = running.admin().post(PATH, Map.of("url", "http://127.0.0.1:9/", "tenant", "b" + tenant))
                .header("location");
        var moved = running.admin().patch(elsewhere, Map.of("tenant", tenant));
        assertThat(moved.status()).isEqualTo(400);
        assertThat(moved.messageOn("tenant")).contains("at most 50");
    }

    @Test
    void theLimitOfEndpointsWithoutATenantHoldsToo() throws Exception {
        try (var other = RunningApi.start(running.postgres().createDatabase("globals"),
                Map.of("offhook.api.max-global-endpoints", 3))) {
            List<Answer> answers = atOnce(12, _ -> other.admin().post(PATH, BODY));
            assertThat(answers.stream().filter(answer -> answer.status() == 201)).hasSize(3);
            assertThat(answers.stream().filter(answer -> answer.status() == 400)).hasSize(9)
                    .allSatisfy(answer -> assertThat(answer.messageOn("tenant")).contains("at most 3"));
        }
    }

    @Test
    void ofConcurrentPutsOnOneVersionExactlyOneWins() throws Exception {
        String path = api.post(PATH, BODY).header("location");

        List<Answer> answers = atOnce(24,
                n -> api.with("if-match", "\"1\"").put(path, Map.of("url", "http://127.0.0.1:9/", "name", "n" + n)));

        assertThat(answers.stream().filter(answer -> answer.status() == 200)).hasSize(1);
        assertThat(answers.stream().filter(answer -> answer.status() == 412)).hasSize(23);
        assertThat(api.get(path).header("etag")).isEqualTo("\"2\"");
    }

    @Test
    void concurrentPatchesOfDifferentFieldsAllStand() throws Exception {
        String path = api.post(PATH, BODY).header("location");

        List<Answer> answers = atOnce(8, n -> api.patch(path, Map.of("headers", Map.of("x-" + n, "v"))));

        assertThat(answers).allSatisfy(answer -> assertThat(answer.status()).isEqualTo(200));
        assertThat(api.get(path).json().get("headers").size()).isEqualTo(8);
        assertThat(api.get(path).header("etag")).isEqualTo("\"9\"");
    }

    @Test
    void concurrentRotationsLeaveOneCurrentSecret() throws Exception {
        String path = api.post(PATH, BODY).header("location");

        atOnce(6, _ -> api.post(path + "/secret/rotate"));

        assertThat(running.jdbc().sql("""
                select count(*) filter (where expires_at is null) || ' of ' || count(*) from endpoint_secrets
                where endpoint_id = :id::uuid""").param("id", path.substring(path.lastIndexOf('/') + 1))
                .query(String.class).single())
                .isEqualTo("1 of 7");
    }

    private interface Request {
        Answer send(int number);
    }

    /** Those of a tenant go one after the other: on a slow machine the last of many are told to come again. */
    private static Answer served(Supplier<Answer> request) {
        Answer answer = request.get();
        for (int tries = 1; answer.status() == 503 && tries < MAX_TRIES; tries++) {
            answer = request.get();
        }
        return answer;
    }

    private static List<Answer> atOnce(int count, Request request) throws Exception {
        var start = new CountDownLatch(1);
        var futures = new ArrayList<Future<Answer>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < count; i++) {
                int number = i;
                Callable<Answer> task = () -> {
                    start.await();
                    return request.send(number);
                };
                futures.add(threads.submit(task));
            }
            start.countDown();
            var answers = new ArrayList<Answer>();
            for (Future<Answer> future : futures) {
                answers.add(future.get());
            }
            return answers;
        }
    }
}
