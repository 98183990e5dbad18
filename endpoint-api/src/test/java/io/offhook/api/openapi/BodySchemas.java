package io.offhook.api.openapi;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Judges bodies by the schemas of an OpenAPI document, which are those of JSON Schema 2020-12. */
public final class BodySchemas {

    private static final JsonMapper JSON = new JsonMapper();

    private final SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private final Map<JsonNode, Schema> compiled = new HashMap<>();
    private final ApiDocument document;

    public BodySchemas(ApiDocument document) {
        this.document = document;
    }

    /** What of the body does not fit the schema; empty when all does. */
    public List<Error> errors(JsonNode schema, JsonNode body) {
        return compiled.computeIfAbsent(schema, this::compile).validate(body);
    }

    private Schema compile(JsonNode schema) {
        ObjectNode whole = ((ObjectNode) schema).deepCopy();
        // Where its references lead.
        whole.set("components", document.root().get("components"));
        return registry.getSchema(whole);
    }

    /**
     * What of an answer the document does not say: its status, its media type, or what is wrong with its body.
     *
     * @param contentType of the answer; {@code null} when it has no body
     */
    public Optional<String> undocumented(ApiDocument.Operation operation, int status, String contentType, String body) {
        JsonNode response = operation.node().at("/responses/" + status);
        if (response.isMissingNode()) {
            return Optional.of(operation + " answered " + status + ", which it does not document: " + body);
        }
        if (body.isEmpty()) {
            // Of lines there may be none.
            return response.has("content") && !response.get("content").has("application/x-ndjson")
                    ? Optional.of(operation + " " + status + " has no body")
                    : Optional.empty();
        }
        String type = contentType.replaceFirst(";.*", "").strip();
        JsonNode content = response.path("content").path(type);
        if (content.isMissingNode()) {
            return Optional.of(operation + " " + status + " answered undocumented " + type + ": " + body);
        }
        if (!type.endsWith("json") || type.endsWith("ndjson")) {
            return Optional.empty();
        }
        List<Error> errors = errors(content.get("schema"), JSON.readTree(body));
        return errors.isEmpty() ? Optional.empty() : Optional.of(operation + " " + status + " " + errors + ": " + body);
    }
}
