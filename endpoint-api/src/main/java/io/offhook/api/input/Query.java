package io.offhook.api.input;

import java.util.Map;

import io.offhook.api.problem.FieldErrors;
import jakarta.servlet.http.HttpServletRequest;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The query parameters of a request, read like the fields of an object: a misspelt filter is refused, not ignored. */
public final class Query {

    private final ObjectNode parameters = JsonNodeFactory.instance.objectNode();
    private final FieldErrors errors = new FieldErrors();

    public Query(HttpServletRequest request) {
        for (Map.Entry<String, String[]> parameter : request.getParameterMap().entrySet()) {
            String name = StorableText.visible(parameter.getKey());
            String[] values = parameter.getValue();
            if (values.length > 1) {
                errors.add(name, "given " + values.length + " times (expected: once)");
            } else if (StorableText.refusal(values[0]).isPresent()) {
                errors.add(name, StorableText.refusal(values[0]).get());
            } else if (!values[0].isEmpty()) {
                // An empty parameter is how forms say nothing.
                parameters.put(name, values[0]);
            }
        }
    }

    public FieldErrors errors() {
        return errors;
    }

    /** What is left, to be read as filters. */
    public Fields fields() {
        return new Fields(parameters, errors);
    }

    String take(String name) {
        return parameters.has(name) ? parameters.remove(name).stringValue() : null;
    }
}
