package io.offhook.api.input;

import java.util.Map;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** JSON Merge Patch, RFC 7396 section 2. */
public final class MergePatch {

    private MergePatch() {}

    /** The target with the patch applied; neither is changed. */
    public static ObjectNode apply(ObjectNode target, ObjectNode patch) {
        ObjectNode result = target.deepCopy();
        for (Map.Entry<String, JsonNode> member : patch.properties()) {
            String name = member.getKey();
            switch (member.getValue()) {
                case JsonNode value when value.isNull() -> result.remove(name);
                case ObjectNode nested -> {
                    ObjectNode inner = result.get(name) instanceof ObjectNode object
                            ? object
                            : JsonNodeFactory.instance.objectNode();
                    result.set(name, apply(inner, nested));
                }
                case JsonNode value -> result.set(name, value);
            }
        }
        return result;
    }
}
