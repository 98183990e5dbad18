package io.offhook.api;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

class OpenApiTest {

    private final ApiClient anybody = RunningApi.shared().admin().withoutKey();

    @Test
    void theDocumentNamesEveryRouteWithItsErrors() {
        var answer = anybody.get("/v3/api-docs");

        assertThat(answer.status()).isEqualTo(200);
        JsonNode document = answer.json();
        assertThat(document.get("openapi").asString()).startsWith("3.1");
        assertThat(document.at("/info/title").asString()).isEqualTo("Offhook");
        assertThat(document.at("/components/securitySchemes/bearer/scheme").asString()).isEqualTo("bearer");
        assertThat(document.get("paths").propertyNames()).containsExactlyInAnyOrder("/api/v1/endpoints",
                "/api/v1/endpoints/{id}", "/api/v1/endpoints/{id}/enable", "/api/v1/endpoints/{id}/disable",
                "/api/v1/endpoints/{id}/test", "/api/v1/endpoints/{id}/secret/rotate", "/api/v1/failed-webhooks",
                "/api/v1/failed-webhooks/{id}", "/api/v1/failed-webhooks/{id}/resend", "/api/v1/failed-webhooks/resend",
                "/api/v1/api-keys", "/api/v1/api-keys/{id}", "/api/v1/events", "/api/v1/replays",
                "/api/v1/replays/{id}");
        Set<String> ids = new HashSet<>();
        document.get("paths").forEach(path -> path.forEach(operation -> {
            assertThat(ids.add(operation.get("operationId").asString())).isTrue();
            assertThat(operation.get("tags").size()).isEqualTo(1);
            assertThat(operation.get("summary").asString()).isNotEmpty();
            assertThat(operation.get("responses").propertyNames()).contains("401", "403", "500", "503");
        }));
        assertThat(ids).hasSize(24);
    }

    @Test
    void everySchemaThatIsReferredToIsThere() {
        JsonNode document = anybody.get("/v3/api-docs").json();
        Set<String> schemas = new HashSet<>(document.at("/components/schemas").propertyNames());
        var referred = new ArrayList<String>();
        document.findValuesAsString("$ref")
                .forEach(reference -> referred.add(reference.substring(reference.lastIndexOf('/') + 1)));

        assertThat(schemas).containsAll(referred).contains("Endpoint", "NewEndpoint", "Problem", "FailedWebhook",
                "ApiKey");
        assertThat(document.at("/components/schemas/Endpoint/properties").propertyNames())
                .contains("connection_timeout_sec", "rate_limit_per_sec", "created_at");
        assertThat(document.at("/paths/~1api~1v1~1endpoints/post/responses").propertyNames())
                .contains("201", "400", "413", "415");
        assertThat(document.at("/paths/~1api~1v1~1endpoints~1{id}/patch/requestBody/content").propertyNames())
                .containsExactlyInAnyOrder("application/json", "application/merge-patch+json");
        assertThat(document.at("/paths/~1api~1v1~1endpoints~1{id}/patch/parameters").size()).isEqualTo(2);
        assertThat(document.at("/paths/~1api~1v1~1failed-webhooks/get/parameters").size()).isEqualTo(8);
    }

    @Test
    void documentPageHealthAndMetricsNeedNoKey() {
        var page = anybody.get("/swagger-ui.html");
        assertThat(page.status()).isEqualTo(302);
        assertThat(anybody.get("/swagger-ui/index.html").status()).isEqualTo(200);
        assertThat(anybody.get("/actuator/health").text("status")).isEqualTo("UP");
        assertThat(anybody.get("/actuator/health/liveness").status()).isEqualTo(200);
        assertThat(anybody.get("/actuator/health/readiness").status()).isEqualTo(200);
        assertThat(anybody.get("/actuator/prometheus").status()).isEqualTo(200);
    }
}
