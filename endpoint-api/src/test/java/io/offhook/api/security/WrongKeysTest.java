package io.offhook.api.security;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.offhook.api.ApiClient;
import io.offhook.api.RunningApi;
import io.offhook.api.problem.ProblemException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class WrongKeysTest {

    private static final String ENDPOINTS = "/api/v1/endpoints";
    private static final KeyHash WRONG = KeyHash.of("wrong");

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final WrongKeys keys = new WrongKeys(new WrongKeySettings(3, Duration.ofSeconds(10), 100), now::get,
            meters);

    private void useUp(String address) {
        for (int i = 0; i < 3; i++) {
            keys.admit(address, WRONG);
            keys.wrong(address, WRONG);
        }
    }

    @Test
    void anAddressGetsItsTriesBackOneByOne() {
        useUp("192.0.2.1");

        assertThatThrownBy(() -> keys.admit("192.0.2.1", WRONG)).isInstanceOfSatisfying(ProblemException.class, e -> {
            assertThat(e.problem().status()).isEqualTo(429);
            assertThat(e.problem().headers()).containsEntry("Retry-After", "10");
        });
        now.set(Instant.EPOCH.plusSeconds(9));
        assertThatThrownBy(() -> keys.admit("192.0.2.1", WRONG)).isInstanceOf(ProblemException.class);
        now.set(Instant.EPOCH.plusSeconds(10));
        keys.admit("192.0.2.1", WRONG);
        keys.wrong("192.0.2.1", WRONG);
        assertThatThrownBy(() -> keys.admit("192.0.2.1", WRONG)).isInstanceOf(ProblemException.class);
        assertThat(meters.get("offhook.api.wrong.keys").tag("outcome", "refused").counter().count()).isEqualTo(4);
        assertThat(meters.get("offhook.api.wrong.keys").tag("outcome", "slowed").counter().count()).isEqualTo(3);
    }

    @Test
    void otherAddressesAreNotMeantButThoseOfOneIpv6NetworkAreOne() {
        useUp("192.0.2.1");
        assertThatCode(() -> keys.admit("192.0.2.2", WRONG)).doesNotThrowAnyException();

        useUp("2001:db8:0:1::1");
        assertThatThrownBy(() -> keys.admit("2001:db8:0:1:ffff::2", WRONG)).isInstanceOf(ProblemException.class);
        assertThatCode(() -> keys.admit("2001:db8:0:2::1", WRONG)).doesNotThrowAnyException();
        useUp("not an address");
        assertThatThrownBy(() -> keys.admit("not an address", WRONG)).isInstanceOf(ProblemException.class);
    }

    @Test
    void aKeyThatWasRightLatelyPassesUntilItIsWrong() {
        KeyHash right = KeyHash.of("right");
        keys.right(right);
        useUp("192.0.2.1");

        assertThatCode(() -> keys.admit("192.0.2.1", right)).doesNotThrowAnyException();
        keys.wrong("192.0.2.1", right);
        assertThatThrownBy(() -> keys.admit("192.0.2.1", right)).isInstanceOf(ProblemException.class);
    }

    @Test
    void memoryIsBoundedHoweverManyAddressesTry() {
        for (int i = 0; i < 1_000; i++) {
            useUp("10.0." + i / 256 + "." + i % 256);
        }
        assertThatThrownBy(() -> keys.admit("10.0.3.231", WRONG)).isInstanceOf(ProblemException.class);
        // The first was forgotten for the last hundred.
        assertThatCode(() -> keys.admit("10.0.0.0", WRONG)).doesNotThrowAnyException();
    }

    @Test
    void guessesAreSlowedDownAndTheOthersOfTheApiGoOn() {
        RunningApi shared = RunningApi.shared();
        try (var api = RunningApi.start(shared.postgres().createDatabase("guesses"),
                Map.of("offhook.api.wrong-keys.burst", 5, "offhook.api.wrong-keys.interval", "10m",
                        "server.forward-headers-strategy", "native"))) {
            ApiClient admin = api.admin();
            assertThat(admin.get(ENDPOINTS).status()).isEqualTo(200);
            String unused = admin.post("/api/v1/api-keys", Map.of("name", "n", "scopes", List.of("read"))).text("key");

            // As many as there are threads of the server, at once.
            List<Integer> statuses = IntStream.range(0, 60)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> api.as("guess" + i).get(ENDPOINTS).status()))
                    .toList().stream().map(CompletableFuture::join).toList();
            assertThat(statuses).containsOnly(401, 429);

            var slowed = api.as("guess").get(ENDPOINTS);
            assertThat(slowed.status()).isEqualTo(429);
            assertThat(slowed.header("content-type")).isEqualTo("application/problem+json");
            assertThat(Integer.parseInt(slowed.header("retry-after"))).isBetween(1, 600 * 60);
            assertThat(admin.get(ENDPOINTS).status()).isEqualTo(200);
            assertThat(api.as(unused).get(ENDPOINTS).status()).isEqualTo(429);
            // Behind a proxy that names its clients each has its own budget.
            assertThat(api.as(unused).with("x-forwarded-for", "203.0.113.7").get(ENDPOINTS).status()).isEqualTo(200);
            assertThat(api.as("guess").with("x-forwarded-for", "203.0.113.7").get(ENDPOINTS).status()).isEqualTo(401);
            assertThat(admin.withoutKey().get("/actuator/prometheus").response().body())
                    .contains("offhook_api_wrong_keys_total{outcome=\"slowed\"}");
        }
    }
}
