package io.offhook.api.endpoint;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

import io.offhook.model.CallAction;
import io.offhook.model.CallDirection;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What users choose about an endpoint.
 *
 * @param tenant receives this tenant's events; {@code null}: those of all
 * @param url as it was given
 * @param connectionTimeoutSec 1-30
 * @param requestTimeoutSec 1-30
 * @param headers own request headers, names in lower case
 * @param maxInFlight 1-256
 * @param rateLimitPerSec 1-10000; {@code null}: no limit
 */
record EndpointConfig(String tenant, String name, String url, int connectionTimeoutSec, int requestTimeoutSec,
        List<CallAction> events, List<CallDirection> directions, SortedMap<String, String> headers, int maxInFlight,
        Integer rateLimitPerSec, boolean enabled) {

    EndpointConfig {
        events = List.copyOf(events);
        directions = List.copyOf(directions);
        headers = new TreeMap<>(headers);
    }

    EndpointConfig withEnabled(boolean value) {
        return new EndpointConfig(tenant, name, url, connectionTimeoutSec, requestTimeoutSec, events, directions,
                headers, maxInFlight, rateLimitPerSec, value);
    }

    /** As a request would give it: what a merge patch is applied to. */
    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("tenant", tenant).put("name", name).put("url", url)
                .put("connection_timeout_sec", connectionTimeoutSec).put("request_timeout_sec", requestTimeoutSec);
        var eventNames = json.putArray("events");
        events.forEach(event -> eventNames.add(event.wireName()));
        var directionNames = json.putArray("directions");
        directions.forEach(direction -> directionNames.add(direction.wireName()));
        var headerValues = json.putObject("headers");
        for (Map.Entry<String, String> header : headers.entrySet()) {
            headerValues.put(header.getKey(), header.getValue());
        }
        json.put("max_in_flight", maxInFlight).put("rate_limit_per_sec", rateLimitPerSec).put("enabled", enabled);
        return json;
    }
}
