package io.offhook.api.endpoint;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

import io.offhook.api.input.Fields;
import io.offhook.sender.ReservedHeaders;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The field {@code headers}: an endpoint's own request headers. Their values may be credentials, so no message repeats one. */
final class HeadersField {

    private static final String NAME = "headers";
    private static final int MAX_HEADERS = 32;
    private static final int MAX_CHARACTERS = 4096;

    private HeadersField() {}

    static SortedMap<String, String> read(Fields fields) {
        var headers = new TreeMap<String, String>();
        int given = 0;
        int characters = 0;
        for (Map.Entry<String, JsonNode> member : fields.members(NAME, "an object of header names and values")) {
            given++;
            String value = member.getValue().isString() ? member.getValue().stringValue() : null;
            characters += member.getKey().length() + (value == null ? 0 : value.length());
            read(member.getKey(), value, headers, fields);
        }
        if (given > MAX_HEADERS) {
            fields.errors().add(NAME, given + " headers (expected: at most " + MAX_HEADERS + ")");
        }
        if (characters > MAX_CHARACTERS) {
            fields.errors().add(NAME,
                    characters + " characters (expected: at most " + MAX_CHARACTERS + " in all names and values)");
        }
        return headers;
    }

    private static void read(String name, String value, SortedMap<String, String> headers, Fields fields) {
        String field = NAME + "." + Fields.shortened(name);
        if (value == null) {
            fields.errors().add(field, "no string (expected: a string of visible ASCII, spaces and tabs)");
            return;
        }
        Optional<String> refusal = ReservedHeaders.refusal(name, value);
        if (refusal.isPresent()) {
            fields.errors().add(field, refusal.get());
        } else if (!value.equals(value.strip())) {
            fields.errors().add(field, "begins or ends with a space or tab, which HTTP would drop (expected: neither)");
        }
        if (headers.put(name.toLowerCase(Locale.ROOT), value) != null) {
            fields.errors().add(field, "given twice but for upper and lower case (expected: once)");
        }
    }

    /** A patch with header names in lower case, as they are kept, so that it meets the ones that are there. */
    static ObjectNode inLowerCase(ObjectNode patch) {
        if (!(patch.get(NAME) instanceof ObjectNode headers)) {
            return patch;
        }
        ObjectNode lower = JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, JsonNode> header : headers.properties()) {
            lower.set(header.getKey().toLowerCase(Locale.ROOT), header.getValue());
        }
        ObjectNode copy = patch.deepCopy();
        copy.set(NAME, lower);
        return copy;
    }
}
