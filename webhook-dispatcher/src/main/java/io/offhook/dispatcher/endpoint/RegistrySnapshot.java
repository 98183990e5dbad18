package io.offhook.dispatcher.endpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

import io.offhook.model.CallDirection;
import io.offhook.model.CallEventMessage;

/**
 * All endpoints and the state of their lanes at one moment, read in one transaction.
 *
 * @param takenAtNanos {@link System#nanoTime} before the transaction began
 * @param openBreakers endpoints whose breaker is open, each with its back-off step
 * @param withOpenRows endpoints that have rows pending
 * @param persisted per partition of the retry topic the offset up to which its records are rows
 */
public record RegistrySnapshot(long version, long takenAtNanos, Map<UUID, RegisteredEndpoint> endpoints,
        Map<String, List<RegisteredEndpoint>> byTenant, List<RegisteredEndpoint> ofAllTenants,
        Map<UUID, Integer> openBreakers,
        Set<UUID> degraded, Set<UUID> withOpenRows, Map<Integer, Long> persisted) {

    static RegistrySnapshot of(long version, long takenAtNanos, Map<UUID, RegisteredEndpoint> endpoints,
            Map<UUID, Integer> openBreakers,
            Set<UUID> degraded, Set<UUID> withOpenRows, Map<Integer, Long> persisted) {
        Map<String, List<RegisteredEndpoint>> byTenant = endpoints.values().stream()
                .filter(e -> e.endpoint().tenant() != null)
                .collect(Collectors.groupingBy(e -> e.endpoint().tenant().toLowerCase(Locale.ROOT)));
        List<RegisteredEndpoint> ofAll = endpoints.values().stream().filter(e -> e.endpoint().tenant() == null)
                .toList();
        return new RegistrySnapshot(version, takenAtNanos, Map.copyOf(endpoints), Map.copyOf(byTenant), ofAll,
                Map.copyOf(openBreakers), Set.copyOf(degraded), Set.copyOf(withOpenRows), Map.copyOf(persisted));
    }

    RegistrySnapshot withState(long taken, Map<UUID, Integer> open, Set<UUID> failedLately, Set<UUID> rows,
            Map<Integer, Long> progress) {
        return new RegistrySnapshot(version, taken, endpoints, byTenant, ofAllTenants, Map.copyOf(open),
                Set.copyOf(failedLately),
                Set.copyOf(rows), Map.copyOf(progress));
    }

    public Optional<RegisteredEndpoint> find(UUID id) {
        return Optional.ofNullable(endpoints.get(id));
    }

    /** The endpoints that subscribe to such an event. */
    public List<RegisteredEndpoint> matching(CallEventMessage message, CallDirection direction) {
        var matching = new ArrayList<RegisteredEndpoint>();
        message.tenant().map(tenant -> byTenant.get(tenant.toLowerCase(Locale.ROOT)))
                .ifPresent(ofTenant -> addMatching(ofTenant, message, direction, matching));
        addMatching(ofAllTenants, message, direction, matching);
        return matching;
    }

    private static void addMatching(List<RegisteredEndpoint> of, CallEventMessage message, CallDirection direction,
            List<RegisteredEndpoint> matching) {
        for (RegisteredEndpoint registered : of) {
            if (registered.endpoint().matches(message, direction)) {
                matching.add(registered);
            }
        }
    }

    /** The back-off step of an endpoint's open breaker, from 1; 0 when it is closed. */
    public int openStep(UUID endpoint) {
        return openBreakers.getOrDefault(endpoint, 0);
    }

    public boolean hasOpenRows(UUID endpoint) {
        return withOpenRows.contains(endpoint);
    }

    /** Behind the last record of a partition of the retry topic that is a row. */
    public long persistedTo(int partition) {
        return persisted.getOrDefault(partition, 0L);
    }
}
