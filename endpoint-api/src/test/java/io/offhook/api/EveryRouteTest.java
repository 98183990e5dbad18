package io.offhook.api;

import java.net.http.HttpRequest.BodyPublishers;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.offhook.api.ApiClient.Answer;
import io.offhook.api.call.CallSite;
import io.offhook.api.openapi.ApiDocument;
import io.offhook.api.openapi.BodySchemas;
import io.offhook.api.security.RequiredScope;
import org.junit.jupiter.api.Test;
import org.springframework.web.bind.annotation.RequestMethod;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;

/** Tries every route that Spring knows of, with keys that may and keys that may not. What it cannot try it fails at. */
class EveryRouteTest {

    private final CallSite.Shared shared = CallSite.Shared.get();
    private final RunningApi running = shared.api();
    private final ApiDocument document = ApiDocument.served();
    private final BodySchemas schemas = new BodySchemas(document);
    private final String tenant = "routes" + UUID.randomUUID() + ".example";
    private final TenantData own = TenantData.make(shared, tenant);
    private final List<Route> routes = routes();

    /** @param path with the id of what the tenant owns */
    private record Route(ApiDocument.Operation operation, String path, String scope, String body) {

        Answer call(ApiClient client) {
            String method = operation.method();
            return body == null
                    ? client.send(method, path, BodyPublishers.noBody())
                    : client.sendJson(method, path, body);
        }

        boolean isList() { return operation.method().equals("GET") && !namesOne(); }

        boolean namesOne() {
            return operation.path().contains("{");
        }

        @Override
        public String toString() {
            return operation.toString();
        }
    }

    private List<Route> routes() {
        Map<String, ApiDocument.Operation> documented = new LinkedHashMap<>();
        document.operations().forEach(operation -> documented.put(operation.toString(), operation));
        var all = new ArrayList<Route>();
        running.routes().forEach((mapping, handler) -> {
            for (String pattern : mapping.getPatternValues()) {
                for (RequestMethod method : mapping.getMethodsCondition().getMethods()) {
                    String name = method + " " + pattern;
                    assertThat(handler.getMethodAnnotation(RequiredScope.class)).as(name + " asks for a scope")
                            .isNotNull();
                    assertThat(documented).as("the OpenAPI document").containsKey(name);
                    all.add(route(documented.get(name), handler.getMethodAnnotation(RequiredScope.class)));
                }
            }
        });
        assertThat(all).hasSize(documented.size()).hasSizeGreaterThanOrEqualTo(20);
        // What removes comes last.
        all.sort(Comparator.comparing((Route route) -> route.operation().method().equals("DELETE"))
                .thenComparing(Route::toString));
        return all;
    }

    private Route route(ApiDocument.Operation operation, RequiredScope scope) {
        String path = own.path(operation.path())
                .orElseThrow(() -> new AssertionError("TenantData owns nothing for " + operation));
        return new Route(operation, path + query(operation), scope.value().wireName(), body(operation));
    }

    /** Parameters that must be there, with their examples; statistics of a time that does not move on. */
    private static String query(ApiDocument.Operation operation) {
        var query = new StringBuilder();
        if (operation.path().equals("/api/v1/stats")) {
            Instant hour = Instant.now().truncatedTo(ChronoUnit.HOURS);
            return "?from=" + hour.minus(1, ChronoUnit.HOURS) + "&to=" + hour.plus(2, ChronoUnit.HOURS) + "&step=1h";
        }
        for (JsonNode parameter : operation.node().path("parameters")) {
            if (parameter.get("in").asString().equals("query") && parameter.path("required").asBoolean(false)) {
                String example = parameter.path("example").asString(parameter.at("/schema/example").asString(""));
                assertThat(example).as(operation + " has an example of " + parameter.get("name")).isNotEmpty();
                query.append(query.isEmpty() ? "?" : "&").append(parameter.get("name").asString()).append('=')
                        .append(example);
            }
        }
        return query.toString();
    }

    /** The example, about what the tenant owns and without a name server. */
    private String body(ApiDocument.Operation operation) {
        JsonNode example = operation.node().at("/requestBody/content/application~1json/example");
        if (!operation.node().has("requestBody")) {
            return null;
        }
        assertThat(example.isObject()).as(operation + " has an example of its body").isTrue();
        ObjectNode body = ((ObjectNode) example).deepCopy();
        body.remove("tenant");
        if (body.has("url")) {
            body.put("url", "http://127.0.0.1:9/");
        }
        if (body.has("endpoint_id")) {
            body.put("endpoint_id", own.endpoint());
        }
        return body.toString();
    }

    private Answer tried(Route route, ApiClient client) {
        Answer answer = route.call(client);
        String body = answer.response().body();
        assertThat(schemas.undocumented(route.operation(), answer.status(), answer.header("content-type"), body))
                .isEmpty();
        return answer;
    }

    @Test
    void withoutAValidKeyEachAnswers401() {
        for (Route route : routes) {
            for (ApiClient nobody : List.of(own.client().withoutKey(), running.as("wrong"))) {
                assertThat(tried(route, nobody).status()).as(route.toString()).isEqualTo(401);
            }
        }
    }

    @Test
    void withoutItsScopeEachAnswers403() {
        for (String scope : List.of("read", "write", "admin")) {
            var client = running.tenant(tenant, scope);
            for (Route route : routes) {
                if (!route.scope().equals(scope)) {
                    Answer answer = tried(route, client);
                    assertThat(answer.status()).as(route.toString()).isEqualTo(403);
                    assertThat(answer.text("detail")).contains(route.scope());
                }
            }
        }
    }

    @Test
    void theKeyOfAnotherTenantSeesNothingAndChangesNothing() {
        Map<String, String> before = everything();
        var foreign = running.tenant("foreign-" + tenant);
        for (Route route : routes) {
            Answer answer = tried(route, foreign);
            if (route.namesOne()) {
                assertThat(answer.status()).as(route.toString()).isEqualTo(404);
            } else if (route.isList()) {
                assertThat(answer.status()).as(route.toString()).isEqualTo(200);
                own.marker(route.operation().path()).ifPresent(
                        marker -> assertThat(answer.response().body()).as(route.toString()).doesNotContain(marker));
            } else if (String.valueOf(route.body()).contains(own.endpoint()) && answer.status() < 300) {
                // A change of many that found none.
                assertThat(answer.json().properties()).as(route.toString())
                        .allSatisfy(count -> assertThat(count.getValue().intValue()).isZero());
            }
            assertThat(answer.response().body()).as(route.toString()).doesNotContain("\"" + tenant + "\"");
        }
        assertThat(everything()).isEqualTo(before);
    }

    /** All that the tenant can read. */
    private Map<String, String> everything() {
        var all = new LinkedHashMap<String, String>();
        for (Route route : routes) {
            if (route.operation().method().equals("GET")) {
                all.put(route.path(), tried(route, own.client()).response().body()
                        .replaceAll("\"last_used_at\":(\"[^\"]*\"|null)", ""));
            }
        }
        return all;
    }

    @Test
    void theOwnKeyReachesEach() {
        for (Route route : routes) {
            Answer answer = tried(route, own.client());
            if (answer.status() == 403 && answer.text("detail").contains("without a tenant")) {
                // For administrators of all tenants alone.
                answer = tried(route, running.admin());
            }
            assertThat(answer.status()).as(route + " " + answer).isBetween(200, 204);
            if (route.isList()) {
                String marker = own.marker(route.operation().path())
                        .orElseThrow(() -> new AssertionError("TenantData owns nothing that " + route + " shows"));
                assertThat(answer.response().body()).as(route.toString()).contains(marker);
            }
        }
    }
}
