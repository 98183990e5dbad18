package io.offhook.api.openapi;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.offhook.api.RunningApi;
import tools.jackson.databind.JsonNode;

/** An OpenAPI document as a tree. */
public record ApiDocument(JsonNode root) {

    /** As the running API serves it. */
    public static ApiDocument served() {
        var answer = RunningApi.shared().admin().withoutKey().get("/v3/api-docs");
        if (answer.status() != 200) {
            throw new AssertionError("no OpenAPI document: " + answer);
        }
        return new ApiDocument(answer.json());
    }

    public record Operation(String method, String path, JsonNode node) {

        public String id() {
            return node.path("operationId").asString("");
        }

        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    public List<Operation> operations() {
        var operations = new ArrayList<Operation>();
        for (Map.Entry<String, JsonNode> path : root.get("paths").properties()) {
            for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
                operations.add(
                        new Operation(method.getKey().toUpperCase(Locale.ROOT), path.getKey(), method.getValue()));
            }
        }
        return operations;
    }

    public JsonNode schema(String name) {
        return root.at("/components/schemas/" + name);
    }

    /** What a {@code $ref} stands for, or the schema itself. */
    public JsonNode resolve(JsonNode schema) {
        return schema.has("$ref") ? root.at(schema.get("$ref").asString().substring(1)) : schema;
    }
}
