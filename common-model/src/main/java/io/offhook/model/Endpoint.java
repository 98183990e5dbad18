package io.offhook.model;

import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Where a user wants webhooks: the part of a registered endpoint that delivery needs.
 *
 * @param tenant events of this tenant alone; {@code null} for the events of all
 * @param connectionTimeoutSec bounds resolving, connecting and TLS together, 1-30
 * @param requestTimeoutSec bounds what follows, to the last byte of the response, 1-30
 * @param headers the endpoint's own request headers, names in lower case
 * @param maxInFlight requests at once over the whole fleet, 1-256
 * @param rateLimitPerSec requests per second over the whole fleet, 1-10000; {@code null} for no limit
 */
public record Endpoint(UUID id, String tenant, URI url, int connectionTimeoutSec, int requestTimeoutSec,
        Set<CallAction> events,
        Set<CallDirection> directions, Map<String, String> headers, int maxInFlight, Integer rateLimitPerSec,
        boolean enabled) {

    public Endpoint {
        events = Set.copyOf(events);
        directions = Set.copyOf(directions);
        headers = Map.copyOf(headers);
    }

    /**
     * Whether the endpoint subscribes to such an event. A leg whose direction FreeSWITCH did not give reaches only endpoints that
     * take every direction.
     *
     * @param direction {@code null} when the body gives none
     */
    public boolean matches(CallEventMessage message, CallDirection direction) {
        return enabled && subscribesTo(message, direction);
    }

    /** As {@link #matches}, whether the endpoint is enabled or not. */
    public boolean subscribesTo(CallEventMessage message, CallDirection direction) {
        return events.contains(message.action())
                && (direction == null
                        ? directions.size() == CallDirection.values().length
                        : directions.contains(direction))
                && (tenant == null || message.tenant().filter(tenant::equalsIgnoreCase).isPresent());
    }

    /** No event of a leg that the endpoint subscribes to comes before this one. */
    public boolean isFirstOfLeg(CallAction action) {
        for (CallAction subscribed : events) {
            if (subscribed.legSequence() < action.legSequence()) {
                return false;
            }
        }
        return true;
    }
}
