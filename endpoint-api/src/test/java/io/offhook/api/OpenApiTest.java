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
