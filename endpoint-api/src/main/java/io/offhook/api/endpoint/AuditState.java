package io.offhook.api.endpoint;

import java.util.Map;

import tools.jackson.databind.node.ObjectNode;

/** An endpoint as the audit log keeps it: values of headers may be credentials and are masked. */
final class AuditState {

    private static final String HEADERS = "headers";
    private static final String MASK = "***";
    private static final String CHANGED = "*** (changed)";

    private AuditState() {}

    static ObjectNode of(EndpointConfig config) {
        return changed(config, config);
    }

    /** What came after {@code before}; it says which values of headers have changed. */
    static ObjectNode changed(EndpointConfig before, EndpointConfig after) {
        ObjectNode state = after.toJson();
        ObjectNode headers = state.putObject(HEADERS);
        for (Map.Entry<String, String> header : after.headers().entrySet()) {
            String known = before.headers().get(header.getKey());
            headers.put(header.getKey(), known == null || known.equals(header.getValue()) ? MASK : CHANGED);
        }
        return state;
    }
}
