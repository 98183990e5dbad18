package io.offhook.api.security;

import java.util.LinkedHashMap;
import java.util.Map;

import tools.jackson.databind.node.ObjectNode;

/**
 * One change of one thing, or of many at once, as the audit log keeps it.
 *
 * @param action such as {@code endpoint.created}
 * @param resourceId {@code null} for a change of many
 * @param tenant whose it was and is: an administrator of that tenant sees the change; {@code null}: those of all tenants alone
 * @param details ids, counts and settings that belong to it; never secrets, since they go to the log as well
 * @param before without secrets, the values of headers masked; {@code null} when there was nothing
 * @param after likewise; {@code null} when nothing is left
 */
public record Change(String action, String resourceType, String resourceId, String tenant, Map<String, Object> details,
        ObjectNode before, ObjectNode after) {

    public Change {
        // In their order, which Map.copyOf would not keep.
        details = new LinkedHashMap<>(details);
    }

    /** @param id {@code null} for a change of many */
    public static Change of(String action, String resourceType, Object id, String tenant) {
        return new Change(action, resourceType, id == null ? null : id.toString(), tenant, Map.of(), null, null);
    }

    public Change from(ObjectNode state) {
        return new Change(action, resourceType, resourceId, tenant, details, state, after);
    }

    public Change to(ObjectNode state) {
        return new Change(action, resourceType, resourceId, tenant, details, before, state);
    }

    public Change with(String name, Object value) {
        var more = new LinkedHashMap<>(details);
        more.put(name, value);
        return new Change(action, resourceType, resourceId, tenant, more, before, after);
    }
}
