package io.offhook.api.openapi;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem.HttpMethod;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import org.springframework.http.HttpStatus;
import tools.jackson.databind.json.JsonMapper;

/** Puts the examples of bodies together from those of their properties, so that no route can lack one. */
@SuppressWarnings("rawtypes")
final class Examples {

    private static final String REFERENCE = "#/components/schemas/";
    /** How the description of a property begins that is not in every answer with its schema. */
    private static final String ONCE = "only in the answer to POST";
    private static final String TIME = "2026-01-31T12:00:00Z";
    private static final String UUID = "3f0c5f1e-5a3b-4a08-9a6e-0a8a0d1d7c55";

    private final Map<String, Schema> schemas;
    private final JsonMapper json = new JsonMapper();

    Examples(Map<String, Schema> schemas) {
        this.schemas = schemas;
    }

    /** Those of an operation's request and answers, where they have none. */
    void fill(HttpMethod method, Operation operation) {
        if (operation.getRequestBody() != null) {
            fill(operation.getRequestBody().getContent(), false, null);
        }
        operation.getResponses().forEach((status, response) -> {
            boolean makes = method == HttpMethod.POST && status.equals("201");
            fill(response.getContent(), makes, status.startsWith("2") ? null : status);
            describe(status, response);
        });
    }

    /** @param problem the status that an example of a problem tells; {@code null} for other bodies */
    private void fill(Content content, boolean makes, String problem) {
        if (content == null) {
            return;
        }
        for (MediaType type : content.values()) {
            if (type.getExample() == null && type.getExamples() == null && type.getSchema() != null) {
                type.setExample(problem == null ? of(type.getSchema(), makes) : ofProblem(Integer.parseInt(problem)));
            }
        }
    }

    private static void describe(String status, ApiResponse response) {
        HttpStatus known = HttpStatus.resolve(Integer.parseInt(status));
        if (known != null
                && (response.getDescription() == null || response.getDescription().equals("default response"))) {
            response.setDescription(known.getReasonPhrase());
        }
    }

    private static Object ofProblem(int status) {
        var example = new LinkedHashMap<String, Object>();
        example.put("type", "about:blank");
        example.put("title", HttpStatus.valueOf(status).getReasonPhrase());
        example.put("status", status);
        example.put("detail", status == HttpStatus.BAD_REQUEST.value() ? "wrong: limit" : "what is wrong, in words");
        example.put("request_id", UUID);
        if (status == HttpStatus.BAD_REQUEST.value()) {
            example.put("errors",
                    List.of(Map.of("field", "limit", "message", "\"0\" (expected: a whole number from 1 to 500)")));
        }
        return example;
    }

    private Object of(Schema<?> schema, boolean makes) {
        if (schema.get$ref() != null) {
            Schema<?> referred = schemas.get(schema.get$ref().substring(REFERENCE.length()));
            return referred == null ? Map.of() : of(referred, makes);
        }
        Object own = ownExample(schema);
        if (own != null) {
            return own;
        }
        if (schema.getAllOf() != null || schema.getProperties() != null) {
            return ofMembers(schema, makes);
        }
        if (schema.getAnyOf() != null) {
            return of(schema.getAnyOf().getFirst(), makes);
        }
        String type = typeOf(schema);
        return switch (type) {
            case "array" -> ofItems(schema, makes);
            case "object" -> Map.of();
            case "integer", "number" -> schema.getMinimum() == null ? (Object) 1 : schema.getMinimum();
            case "boolean" -> true;
            default -> ofText(schema);
        };
    }

    private Object ofMembers(Schema<?> schema, boolean makes) {
        var example = new LinkedHashMap<String, Object>();
        if (schema.getAllOf() != null) {
            schema.getAllOf().forEach(part -> {
                if (of(part, makes) instanceof Map<?, ?> members) {
                    members.forEach((name, value) -> example.put((String) name, value));
                }
            });
        }
        if (schema.getProperties() != null) {
            schema.getProperties().forEach((name, property) -> {
                boolean once = property.getDescription() != null && property.getDescription().startsWith(ONCE);
                if (makes || !once) {
                    example.put(name,
                            isNullable(property) && ownExample(property) == null ? null : of(property, makes));
                }
            });
        }
        return example;
    }

    private Object ofItems(Schema<?> schema, boolean makes) {
        List<Object> items = new ArrayList<>();
        if (schema.getItems() != null) {
            items.add(of(schema.getItems(), makes));
        }
        return items;
    }

    private static Object ofText(Schema<?> schema) {
        return switch (String.valueOf(schema.getFormat())) {
            case "uuid" -> UUID;
            case "date-time" -> TIME;
            default -> "text";
        };
    }

    /** What the property itself names: an example, a default, or the first of its choices. */
    private Object ownExample(Schema<?> schema) {
        Object given = schema.getExample() != null
                ? schema.getExample()
                : schema.getDefault() != null
                        ? schema.getDefault()
                        : schema.getEnum() != null && !schema.getEnum().isEmpty()
                                ? schema.getEnum().getFirst()
                                : null;
        if (given == null) {
            return null;
        }
        // Annotations give everything as text.
        if (given instanceof String text && !typeOf(schema).equals("string")) {
            return json.readValue(text, Object.class);
        }
        return given instanceof String || given instanceof Number || given instanceof Boolean || given instanceof List
                || given instanceof Map ? given : json.readValue(given.toString(), Object.class);
    }

    private static boolean isNullable(Schema<?> schema) {
        return Boolean.TRUE.equals(schema.getNullable())
                || schema.getTypes() != null && schema.getTypes().contains("null");
    }

    private static String typeOf(Schema<?> schema) {
        Set<String> types = schema.getTypes() == null ? Set.of() : schema.getTypes();
        return types.stream().filter(type -> !type.equals("null")).findFirst()
                .orElse(schema.getType() == null ? "string" : schema.getType());
    }
}
