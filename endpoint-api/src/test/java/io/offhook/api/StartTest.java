package io.offhook.api;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

class StartTest {

    private static final Pattern LOGBACK_REMARK = Pattern.compile("^[0-9:,]+ \\|-");

    private static final String ADMIN_KEY = "offhook.api.admin-key";

    private static EmbeddedPostgresServer postgres;

    @BeforeAll
    static void startDatabase() {
        postgres = EmbeddedPostgresServer.temporary().start();
    }

    @AfterAll
    static void stopDatabase() {
        postgres.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            offhook.api.admin-key                | a key with spaces in it | OFFHOOK_API_ADMIN_KEY: (not shown) (expected: 1 to 512
            offhook.api.max-endpoints-per-tenant | many            | OFFHOOK_API_MAX_ENDPOINTS_PER_TENANT: "many" (expected: a whole number
            offhook.api.max-endpoints-per-tenant | -1              | OFFHOOK_API_MAX_ENDPOINTS_PER_TENANT: "-1" (expected: a whole number from 0
            offhook.egress.allow-cidrs           | 10.0.0.1/8      | OFFHOOK_EGRESS_ALLOW_CIDRS: "10.0.0.1/8" (expected: comma-separated
            offhook.retry.max-age                | 0s              | OFFHOOK_RETRY_MAX_AGE: "PT0S" (expected: a duration from 1s
            offhook.retry.max-age                | soon            | OFFHOOK_RETRY_MAX_AGE: "soon" (expected: a duration
            """)
    void aWrongSettingStopsTheStartInOneLine(String property, String value, String line) {
        String said = refusalOf(Map.of(property, value));

        assertThat(said.strip().lines()).hasSize(1);
        assertThat(said).contains(line).doesNotContain("fifteen-letters").doesNotContain("a key with");
    }

    @Test
    void withoutAnAdministratorItDoesNotStartAndAnAdministratorInTheDatabaseIsEnough() throws Exception {
        String said = refusalOf(Map.of("remove", ADMIN_KEY));
        assertThat(said.strip().lines()).hasSize(1);
        assertThat(said).contains("OFFHOOK_API_ADMIN_KEY").contains("expected: a key, since");

        String secret;
        try (var api = RunningApi.start(postgres, Map.of())) {
            var create = Map.of("name", "root", "scopes", new String[]{"admin"});
            secret = api.admin().post("/api/v1/api-keys", create).text("key");
        }
        try (var api = RunningApi.start(postgres, Map.of("remove", ADMIN_KEY))) {
            assertThat(api.as(secret).get("/api/v1/api-keys").status()).isEqualTo(200);
            assertThat(api.admin().get("/api/v1/api-keys").status()).isEqualTo(401);
            api.jdbc().sql("update api_keys set expires_at = now()").update();
        }
        assertThat(refusalOf(Map.of("remove", ADMIN_KEY))).contains("OFFHOOK_API_ADMIN_KEY");
    }

    @Test
    void aNameThatResolvesToABlockedAddressIsRefusedUnlessItIsAllowed() {
        try (var api = RunningApi.start(postgres, Map.of("offhook.egress.allow-cidrs", ""))) {
            var refused = api.admin().post("/api/v1/endpoints", Map.of("url", "http://localhost:9/"));
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.messageOn("url")).contains("localhost resolves to", "OFFHOOK_EGRESS_ALLOW_CIDRS");
        }
        try (var api = RunningApi.start(postgres, Map.of("offhook.egress.allow-cidrs", "127.0.0.0/8,::1/128"))) {
            assertThat(api.admin().post("/api/v1/endpoints", Map.of("url", "http://localhost:9/")).status())
                    .isEqualTo(201);
        }
    }

    @Test
    void withoutADatabaseItStartsIsNotReadyAndServesOnceThereIsOne() {
        try (var late = EmbeddedPostgresServer.temporary();
                var api = RunningApi.startUnready(late.jdbcUrl(), Map.of())) {
            assertThat(api.admin().get("/actuator/health/liveness").status()).isEqualTo(200);
            assertThat(api.admin().get("/actuator/health/readiness").status()).isEqualTo(503);
            assertThat(api.admin().get("/api/v1/endpoints").status()).isEqualTo(503);
            late.start();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> api.admin().get("/actuator/health/readiness").status() == 200);
            assertThat(api.admin().get("/api/v1/endpoints").status()).isEqualTo(200);
        }
    }

    private static String refusalOf(Map<String, Object> properties) {
        PrintStream standardError = System.err;
        var captured = new ByteArrayOutputStream();
        System.setErr(new PrintStream(captured, true, StandardCharsets.UTF_8));
        try {
            assertThatThrownBy(() -> RunningApi.launch(postgres.jdbcUrl(), properties).close());
        } finally {
            System.setErr(standardError);
        }
        // Other APIs of this JVM log while a start sets logging up anew, which Logback remarks on in lines of its own form.
        return captured.toString(StandardCharsets.UTF_8).lines().filter(line -> !LOGBACK_REMARK.matcher(line).find())
                .collect(Collectors.joining("\n"));
    }
}
