package io.offhook.testkit.freeswitch;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Reads the JSON body of an event into headers, keeping order and duplicate keys, which a tree or a map would lose. */
final class EventJson {
    private static final JsonFactory FACTORY = new JsonFactory();

    private EventJson() {}

    /**
     * @throws IllegalArgumentException when the body is not one JSON object of strings and arrays of strings
     */
    static EventData parse(byte[] json) {
        List<Header> headers = new ArrayList<>();
        byte[] body = null;
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
            expect(parser.nextToken() == JsonToken.START_OBJECT, json);
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                JsonToken token = parser.nextToken();
                if (token == JsonToken.START_ARRAY) {
                    headers.add(array(name, parser, json));
                } else {
                    expect(token == JsonToken.VALUE_STRING, json);
                    headers.add(Header.of(name, parser.getString()));
                }
            }
        }
        int last = headers.size() - 1;
        if (last > 0 && headers.get(last).name().equals("_body")) {
            body = headers.removeLast().values().getFirst();
            headers.removeLast();
        }
        return new EventData(headers, body);
    }

    private static Header array(String name, JsonParser parser, byte[] json) {
        List<String> values = new ArrayList<>();
        JsonToken token;
        while ((token = parser.nextToken()) != JsonToken.END_ARRAY) {
            expect(token == JsonToken.VALUE_STRING, json);
            values.add(parser.getString());
        }
        return Header.array(name, values);
    }

    private static void expect(boolean condition, byte[] json) {
        if (!condition) {
            throw new IllegalArgumentException(
                    "event body: " + new String(json, 0, Math.min(80, json.length), StandardCharsets.UTF_8)
                            + " (expected: a JSON object of strings)");
        }
    }
}
