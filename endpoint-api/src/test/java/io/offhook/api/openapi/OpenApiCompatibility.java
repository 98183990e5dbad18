package io.offhook.api.openapi;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import tools.jackson.databind.JsonNode;

/**
 * What in a newer OpenAPI document breaks programs that were written against an older one: a path, an operation, a parameter, an answer,
 * a media type or a property that is gone; a value of an enumeration that is no longer taken; something newly required of a request; a
 * type that changed; a bound that became narrower. Additions break nobody.
 */
final class OpenApiCompatibility {

    private static final List<String> LOWER_BOUNDS = List.of("minimum", "minLength", "minItems", "minProperties");
    private static final List<String> UPPER_BOUNDS = List.of("maximum", "maxLength", "maxItems", "maxProperties");

    private final JsonNode before;
    private final JsonNode after;
    private final Set<String> breaks = new TreeSet<>();
    /** Pairs of schemas that were compared: schemas may refer to themselves, and a break is named where it is first met. */
    private final Set<String> seen = new HashSet<>();

    private OpenApiCompatibility(JsonNode before, JsonNode after) {
        this.before = before;
        this.after = after;
    }

    /** Each names its place and what was changed; empty when nothing breaks. */
    static List<String> breaks(JsonNode before, JsonNode after) {
        var comparison = new OpenApiCompatibility(before, after);
        comparison.comparePaths();
        return new ArrayList<>(comparison.breaks);
    }

    private void comparePaths() {
        for (Map.Entry<String, JsonNode> path : before.path("paths").properties()) {
            JsonNode now = after.path("paths").path(path.getKey());
            if (now.isMissingNode()) {
                breaks.add("path " + path.getKey() + " is gone");
                continue;
            }
            for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
                String where = operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey();
                if (!now.has(operation.getKey())) {
                    breaks.add("operation " + where + " is gone");
                } else {
                    compareOperation(where, operation.getValue(), now.get(operation.getKey()));
                }
            }
        }
    }

    private void compareOperation(String where, JsonNode old, JsonNode now) {
        if (!old.path("operationId").equals(now.path("operationId"))) {
            breaks.add(where + ": operationId " + old.path("operationId") + " became " + now.path("operationId"));
        }
        compareParameters(where, old.path("parameters"), now.path("parameters"));
        compareContent(where + " request", old.at("/requestBody/content"), now.at("/requestBody/content"), true);
        if (now.at("/requestBody/required").asBoolean(false) && !old.at("/requestBody/required").asBoolean(false)) {
            breaks.add(where + ": the request's body is newly required");
        }
        for (Map.Entry<String, JsonNode> response : old.path("responses").properties()) {
            JsonNode other = now.path("responses").path(response.getKey());
            if (other.isMissingNode()) {
                if (response.getKey().startsWith("2")) {
                    breaks.add(where + ": answer " + response.getKey() + " is gone");
                }
            } else {
                compareContent(where + " answer " + response.getKey(), response.getValue().path("content"),
                        other.path("content"), false);
            }
        }
    }

    private void compareParameters(String where, JsonNode old, JsonNode now) {
        for (JsonNode parameter : now) {
            JsonNode known = find(old, parameter);
            String name = where + ": parameter " + parameter.get("name").asString();
            if (parameter.path("required").asBoolean(false)
                    && (known == null || !known.path("required").asBoolean(false))) {
                breaks.add(name + " is newly required");
            }
        }
        for (JsonNode parameter : old) {
            JsonNode other = find(now, parameter);
            String name = where + ": parameter " + parameter.get("name").asString();
            if (other == null) {
                breaks.add(name + " is gone");
            } else {
                compareSchemas(name, parameter.path("schema"), other.path("schema"), true);
            }
        }
    }

    private static JsonNode find(JsonNode parameters, JsonNode wanted) {
        for (JsonNode parameter : parameters) {
            if (parameter.get("name").equals(wanted.get("name")) && parameter.get("in").equals(wanted.get("in"))) {
                return parameter;
            }
        }
        return null;
    }

    private void compareContent(String where, JsonNode old, JsonNode now, boolean request) {
        for (Map.Entry<String, JsonNode> type : old.properties()) {
            if (!now.has(type.getKey())) {
                breaks.add(where + ": media type " + type.getKey() + " is gone");
            } else {
                compareSchemas(where, type.getValue().path("schema"), now.get(type.getKey()).path("schema"), request);
            }
        }
    }

    private void compareSchemas(String where, JsonNode oldSchema, JsonNode newSchema, boolean request) {
        if (oldSchema.has("$ref") && !seen.add(request + " " + oldSchema + newSchema)) {
            return;
        }
        JsonNode old = resolve(before, oldSchema);
        JsonNode now = resolve(after, newSchema);
        compareTypes(where, old, now, request);
        compareEnums(where, old, now, request);
        if (request) {
            compareBounds(where, old, now);
            for (JsonNode required : now.path("required")) {
                if (!contains(old.path("required"), required)) {
                    breaks.add(where + ": property " + required.asString() + " is newly required");
                }
            }
        } else {
            for (JsonNode required : old.path("required")) {
                if (!contains(now.path("required"), required)) {
                    breaks.add(where + ": property " + required.asString() + " is no longer always there");
                }
            }
        }
        for (Map.Entry<String, JsonNode> property : old.path("properties").properties()) {
            JsonNode other = now.path("properties").path(property.getKey());
            if (other.isMissingNode()) {
                breaks.add(where + ": property " + property.getKey() + " is gone");
            } else {
                compareSchemas(where + "." + property.getKey(), property.getValue(), other, request);
            }
        }
        for (int i = 0; i < old.path("allOf").size(); i++) {
            compareSchemas(where, old.get("allOf").get(i), now.path("allOf").path(i), request);
        }
        if (old.has("items")) {
            compareSchemas(where + "[]", old.get("items"), now.path("items"), request);
        }
    }

    /** A request may be taken in more types than before, an answer may have fewer. */
    private void compareTypes(String where, JsonNode old, JsonNode now, boolean request) {
        Set<String> known = texts(old.path("type"));
        Set<String> present = texts(now.path("type"));
        if (known.isEmpty() && present.isEmpty()) {
            return;
        }
        boolean fits = request
                ? present.isEmpty() || !known.isEmpty() && present.containsAll(known)
                : known.isEmpty() || !present.isEmpty() && known.containsAll(present);
        if (!fits) {
            breaks.add(where + ": type " + known + " became " + present);
        }
    }

    private void compareEnums(String where, JsonNode old, JsonNode now, boolean request) {
        for (JsonNode value : old.path("enum")) {
            if (!contains(now.path("enum"), value) && now.has("enum")) {
                breaks.add(where + ": value " + value + " is gone");
            }
        }
        if (request && now.has("enum") && !old.has("enum")) {
            breaks.add(where + ": only the values " + now.get("enum") + " are taken now");
        }
    }

    private void compareBounds(String where, JsonNode old, JsonNode now) {
        for (String bound : LOWER_BOUNDS) {
            if (now.has(bound) && (!old.has(bound) || now.get(bound).doubleValue() > old.get(bound).doubleValue())) {
                breaks.add(where + ": " + bound + " " + old.path(bound) + " became " + now.get(bound));
            }
        }
        for (String bound : UPPER_BOUNDS) {
            if (now.has(bound) && (!old.has(bound) || now.get(bound).doubleValue() < old.get(bound).doubleValue())) {
                breaks.add(where + ": " + bound + " " + old.path(bound) + " became " + now.get(bound));
            }
        }
        if (now.path("additionalProperties").isBoolean() && !now.get("additionalProperties").booleanValue()
                && !old.path("additionalProperties").equals(now.get("additionalProperties"))) {
            breaks.add(where + ": unknown properties are refused now");
        }
    }

    /** Of an object that may be null, the object. */
    private static JsonNode resolve(JsonNode document, JsonNode schema) {
        if (schema.has("anyOf")) {
            return resolve(document, schema.get("anyOf").get(0));
        }
        return schema.has("$ref") ? document.at(schema.get("$ref").asString().substring(1)) : schema;
    }

    private static boolean contains(JsonNode list, JsonNode wanted) {
        for (JsonNode element : list) {
            if (element.equals(wanted)) {
                return true;
            }
        }
        return false;
    }

    private static Set<String> texts(JsonNode type) {
        var texts = new TreeSet<String>();
        if (type.isString()) {
            texts.add(type.asString());
        }
        type.forEach(one -> texts.add(one.asString()));
        return texts;
    }
}
