package io.offhook.api.openapi;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;

class OpenApiCompatibilityTest {

    private static final String DOCUMENT = """
            {"paths": {"/calls": {
              "get": {"operationId": "listCalls",
                "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 500}},
                               {"name": "sort", "in": "query", "schema": {"type": "string", "enum": ["up", "down"]}}],
                "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Call"}}}}}},
              "post": {"operationId": "makeCall",
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewCall"}}}},
                "responses": {"201": {"description": "made"}}}}},
             "components": {"schemas": {
               "Call": {"type": "object", "required": ["uuid"], "properties": {"uuid": {"type": "string"},
                 "legs": {"type": "array", "items": {"$ref": "#/components/schemas/Call"}},
                 "state": {"type": ["string", "null"], "enum": ["up", "down", null]}}},
               "NewCall": {"type": "object", "properties": {"number": {"type": "string", "maxLength": 20}}}}}}""";

    private final JsonMapper json = new JsonMapper();
    private final JsonNode before = json.readTree(DOCUMENT);

    private List<String> breaksAfter(Consumer<ObjectNode> change) {
        ObjectNode after = (ObjectNode) json.readTree(DOCUMENT);
        change.accept(after);
        assertThat(after).isNotEqualTo(before);
        return OpenApiCompatibility.breaks(before, after);
    }

    private static ObjectNode at(ObjectNode document, String pointer) {
        return (ObjectNode) document.at(pointer);
    }

    @Test
    void theSameDocumentBreaksNothing() {
        assertThat(OpenApiCompatibility.breaks(before, before)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /paths                                          | /calls          | path /calls is gone
            /paths/~1calls                                  | post            | operation POST /calls is gone
            /components/schemas/Call/properties             | state           | property state is gone
            /components/schemas/NewCall/properties          | number          | property number is gone
            /paths/~1calls/get/responses                    | 200             | answer 200 is gone
            /paths/~1calls/get/responses/200/content        | application/json | media type application/json is gone
            """)
    void whatIsGoneIsNamed(String parent, String name, String told) {
        assertThat(breaksAfter(document -> at(document, parent).remove(name))).anySatisfy(
                broken -> assertThat(broken).contains(told));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            /components/schemas/NewCall                     | required  | ["number"]        | property number is newly required
            /components/schemas/NewCall/properties/number   | maxLength | 10                | maxLength 20 became 10
            /components/schemas/NewCall/properties/number   | minLength | 2                 | minLength  became 2
            /components/schemas/NewCall/properties/number   | type      | "integer"         | type [string] became [integer]
            /components/schemas/NewCall/properties/number   | enum      | ["1"]             | only the values ["1"] are taken now
            /components/schemas/NewCall                     | additionalProperties | false  | unknown properties are refused now
            /components/schemas/Call/properties/state       | enum      | ["up", null]      | value "down" is gone
            /components/schemas/Call/properties/uuid        | type      | ["string","null"] | type [string] became [null, string]
            /components/schemas/Call                        | required  | []                | property uuid is no longer always there
            /paths/~1calls/get/parameters/0/schema          | maximum   | 100               | maximum 500 became 100
            /paths/~1calls/get/parameters/1/schema          | enum      | ["up"]            | value "down" is gone
            /paths/~1calls/get/parameters/0                 | name      | "size"            | parameter limit is gone
            /paths/~1calls/get/parameters/0                 | required  | true              | parameter limit is newly required
            /paths/~1calls/get                              | operationId | "calls"         | operationId "listCalls" became "calls"
            /paths/~1calls/post/requestBody                 | required  | true              | the request's body is newly required
            """)
    void whatBecameNarrowerIsNamed(String parent, String name, String value, String told) {
        assertThat(breaksAfter(document -> at(document, parent).set(name, json.readTree(value)))).anySatisfy(
                broken -> assertThat(broken).contains(told));
    }

    @Test
    void additionsBreakNobody() {
        assertThat(breaksAfter(document -> {
            at(document, "/paths").putObject("/more");
            at(document, "/paths/~1calls").putObject("delete").put("operationId", "endCalls");
            at(document, "/components/schemas/Call/properties").putObject("tenant").put("type", "string");
            at(document, "/components/schemas/NewCall/properties").putObject("tenant").put("type", "string");
            at(document, "/components/schemas/NewCall/properties/number").put("maxLength", 30);
            at(document, "/paths/~1calls/get/responses").putObject("409");
            at(document, "/paths/~1calls/get/parameters/0/schema").put("maximum", 1000);
        })).isEmpty();
    }

    @Test
    void theServedDocumentWithoutAnyOneOfItsOperationsIsBroken() {
        ApiDocument served = ApiDocument.served();
        assertThat(OpenApiCompatibility.breaks(served.root(), served.root())).isEmpty();
        for (ApiDocument.Operation operation : served.operations()) {
            JsonNode less = served.root().deepCopy();
            ((ObjectNode) less.get("paths").get(operation.path())).remove(operation.method().toLowerCase());
            assertThat(Set.copyOf(OpenApiCompatibility.breaks(served.root(), less)))
                    .containsExactly("operation " + operation + " is gone");
        }
    }
}
