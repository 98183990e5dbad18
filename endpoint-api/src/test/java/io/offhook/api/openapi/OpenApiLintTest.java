package io.offhook.api.openapi;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.offhook.api.openapi.ApiDocument.Operation;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** The rules of the OpenAPI document, each a test. */
class OpenApiLintTest {

    private static final String PROBLEM = "#/components/schemas/Problem";
    /** What every operation can answer, whatever it does. */
    private static final List<String> EVERYWHERE = List.of("400", "401", "403", "429", "500", "503");

    private final ApiDocument document = ApiDocument.served();
    private final BodySchemas schemas = new BodySchemas(document);
    private final List<String> wrong = new ArrayList<>();

    private void require(boolean kept, Object where, String rule) {
        if (!kept) {
            wrong.add(where + ": " + rule);
        }
    }

    private void nothingIsWrong() {
        assertThat(wrong).isEmpty();
    }

    @Test
    void everyOperationHasOneNameATagASummaryAndSecurity() {
        assertThat(document.root().get("openapi").asString()).startsWith("3.1");
        assertThat(document.root().at("/security/0/bearer").isArray()).isTrue();
        Set<String> tags = new HashSet<>();
        document.root().get("tags").forEach(tag -> {
            require(!tag.path("description").asString("").isEmpty(), tag, "has a description");
            tags.add(tag.get("name").asString());
        });
        Set<String> ids = new HashSet<>();
        for (Operation operation : document.operations()) {
            require(operation.id().matches("[a-z][A-Za-z]+"), operation, "has an operationId in camel case");
            require(ids.add(operation.id()), operation, "has an operationId of its own");
            require(!operation.node().path("summary").asString("").isEmpty(), operation, "has a summary");
            require(operation.node().path("tags").size() == 1
                    && tags.contains(operation.node().get("tags").get(0).asString()), operation,
                    "has one tag, which is described");
            require(!operation.node().has("security"), operation, "asks for a key like all others");
        }
        nothingIsWrong();
    }

    @Test
    void everyErrorIsAProblemAndNoneIsLeftOut() {
        for (Operation operation : document.operations()) {
            JsonNode responses = operation.node().get("responses");
            EVERYWHERE.forEach(status -> require(responses.has(status), operation, "can answer " + status));
            require(!operation.path().contains("{") || responses.has("404"), operation, "can answer 404");
            require(!operation.node().has("requestBody") || responses.has("413") && responses.has("415"), operation,
                    "can answer 413 and 415");
            require(!operation.method().equals("POST") || responses.has("409") && responses.has("422"), operation,
                    "can answer 409 and 422");
            require(responses.propertyNames().stream().filter(status -> status.startsWith("2")).count() == 1, operation,
                    "has one answer of success");
            for (Map.Entry<String, JsonNode> response : responses.properties()) {
                String where = operation + " " + response.getKey();
                require(!response.getValue().path("description").asString("").isEmpty(), where, "has a description");
                if (response.getKey().compareTo("400") >= 0) {
                    require(response.getValue().at("/content/application~1problem+json/schema/$ref").asString("")
                            .equals(PROBLEM) && response.getValue().get("content").size() == 1, where,
                            "is a problem");
                }
            }
        }
        nothingIsWrong();
    }

    @Test
    void everyParameterIsDescribedTypedAndBounded() {
        for (Operation operation : document.operations()) {
            boolean list = false;
            for (JsonNode parameter : operation.node().path("parameters")) {
                String where = operation + " " + parameter.get("name").asString();
                JsonNode schema = parameter.path("schema");
                require(!parameter.path("description").asString("").isEmpty(), where, "has a description");
                require(schema.has("type"), where, "has a type");
                require(!schema.path("type").asString("").equals("integer")
                        || schema.has("minimum") && schema.has("maximum"), where, "has bounds");
                list |= parameter.get("name").asString().equals("limit");
            }
            boolean post = operation.method().equals("POST");
            require(post == has(operation, "Idempotency-Key"), operation,
                    "takes an Idempotency-Key exactly if it is a POST");
            require(list == has(operation, "cursor"), operation, "takes limit and cursor together");
        }
        nothingIsWrong();
    }

    private static boolean has(Operation operation, String parameter) {
        for (JsonNode one : operation.node().path("parameters")) {
            if (one.get("name").asString().equals(parameter)) {
                return true;
            }
        }
        return false;
    }

    @Test
    void everyReferenceLeadsSomewhereAndEveryPropertyHasAType() {
        for (JsonNode reference : document.root().findValues("$ref")) {
            require(!document.root().at(reference.asString().substring(1)).isMissingNode(), reference, "is there");
        }
        for (Map.Entry<String, JsonNode> schema : document.root().at("/components/schemas").properties()) {
            for (Map.Entry<String, JsonNode> property : schema.getValue().path("properties").properties()) {
                JsonNode type = property.getValue();
                String where = schema.getKey() + "." + property.getKey();
                require(property.getKey().matches("[a-z][a-z0-9_]*"), where, "is in snake case");
                require(type.has("type") || type.has("$ref") || type.has("allOf") || type.has("anyOf"),
                        where, "has a type");
                require(!type.path("type").toString().contains("array") || type.has("items"), where, "has items");
            }
        }
        nothingIsWrong();
    }

    @Test
    void everyBodyHasAnExampleAndEveryExampleFitsItsSchema() {
        int examples = 0;
        for (Operation operation : document.operations()) {
            var bodies = new ArrayList<JsonNode>();
            bodies.add(operation.node().at("/requestBody/content"));
            operation.node().get("responses").forEach(response -> bodies.add(response.path("content")));
            for (JsonNode body : bodies) {
                for (Map.Entry<String, JsonNode> type : body.properties()) {
                    JsonNode example = type.getValue().path("example");
                    String where = operation + " " + type.getKey();
                    require(!example.isMissingNode(), where, "has an example");
                    if (type.getKey().endsWith("json") && !type.getKey().endsWith("ndjson")) {
                        var errors = schemas.errors(type.getValue().get("schema"), example);
                        require(errors.isEmpty(), where, errors + " in " + example);
                        examples++;
                    }
                }
            }
        }
        for (Map.Entry<String, JsonNode> schema : document.root().at("/components/schemas").properties()) {
            for (Map.Entry<String, JsonNode> property : schema.getValue().path("properties").properties()) {
                if (property.getValue().has("example")) {
                    var errors = schemas.errors(property.getValue(), property.getValue().get("example"));
                    require(errors.isEmpty(), schema.getKey() + "." + property.getKey(), errors.toString());
                }
            }
        }
        nothingIsWrong();
        assertThat(examples).isGreaterThan(100);
    }
}
