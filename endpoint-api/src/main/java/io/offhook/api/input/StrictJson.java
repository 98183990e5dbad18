package io.offhook.api.input;

import java.util.Map;

import io.offhook.api.problem.FieldErrors;
import io.offhook.api.problem.Problem;
import io.offhook.api.problem.ProblemException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Parses RFC 8259 JSON and nothing more lenient: a key given twice or text after the end is an error. */
final class StrictJson {

    /** Bodies of the API nest two levels. */
    private static final int MAX_DEPTH = 16;
    private static final int MAX_NUMBER_LENGTH = 100;

    private final JsonMapper mapper = JsonMapper
            .builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH)
                            .maxNumberLength(MAX_NUMBER_LENGTH).build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    ObjectNode empty() {
        return mapper.createObjectNode();
    }

    /** @throws ProblemException 400 when it is not one JSON object, or holds text that cannot be stored */
    ObjectNode parseObject(byte[] body) {
        JsonNode parsed;
        try {
            parsed = mapper.readTree(body);
        } catch (JacksonException e) {
            throw new ProblemException(Problem.badRequest(explain(e)));
        }
        if (!(parsed instanceof ObjectNode object)) {
            throw new ProblemException(Problem.badRequest("the body is not a JSON object"));
        }
        var errors = new FieldErrors();
        refuseUnstorable("", object, errors);
        errors.throwIfAny();
        return object;
    }

    private static String explain(JacksonException e) {
        TokenStreamLocation at = e.getLocation();
        String where = at == null || at.getLineNr() < 1
                ? ""
                : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
        return "the body is not valid JSON" + where + ": " + e.getOriginalMessage();
    }

    private static void refuseUnstorable(String path, JsonNode node, FieldErrors errors) {
        if (node.isString()) {
            StorableText.refusal(node.stringValue()).ifPresent(why -> errors.add(path, why));
        } else if (node.isArray()) {
            node.forEach(element -> refuseUnstorable(path, element, errors));
        } else {
            for (Map.Entry<String, JsonNode> member : node.properties()) {
                String name = path.isEmpty() ? member.getKey() : path + "." + member.getKey();
                StorableText.refusal(member.getKey()).ifPresent(why -> errors.add(StorableText.visible(name), why));
                refuseUnstorable(name, member.getValue(), errors);
            }
        }
    }
}
