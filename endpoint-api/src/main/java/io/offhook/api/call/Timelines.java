package io.offhook.api.call;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import io.offhook.api.delivery.Delivery;
import io.offhook.api.delivery.DeliveryRows;
import io.offhook.api.rows.Rows;
import io.offhook.api.rows.Where;
import io.offhook.api.security.Caller;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** Puts a leg together with the history of its deliveries. */
@Service
class Timelines {

    /** The newest attempts of a leg's events: three events at 70 endpoints that all fail five times. */
    static final int MAX_ATTEMPTS = 1_000;
    private static final UUID LIVE = new UUID(0, 0);
    /** Dispatchers' clocks and those of FreeSWITCH may differ; the history's partitions before are not looked at. */
    private static final Duration SLACK = Duration.ofHours(24);

    private final CallRows calls;
    private final DeliveryRows deliveries;
    private final JdbcClient jdbc;

    /** @param replayId {@code null}: live */
    private record Key(String eventId, UUID endpointId, UUID replayId) {}

    Timelines(CallRows calls, DeliveryRows deliveries, JdbcClient jdbc) {
        this.calls = calls;
        this.deliveries = deliveries;
        this.jdbc = jdbc;
    }

    /**
     * @param leg which of the uuid's legs; {@code null} for the newest
     * @return empty for what the caller does not see, too
     */
    Optional<CallTimeline> of(String uuid, String leg, Caller caller) {
        List<StoredCall> legs = calls.ofUuid(uuid, caller);
        return legs.stream().filter(call -> leg == null || call.call().leg().equals(leg)).findFirst()
                .map(call -> timeline(call, legs.stream().map(each -> each.call().leg()).toList(), caller));
    }

    private CallTimeline timeline(StoredCall call, List<String> legs, Caller caller) {
        List<StoredCall.Event> events = call.events();
        List<String> ids = events.stream().map(StoredCall.Event::id).toList();
        List<Delivery> attempts = deliveries.ofEvents(call.call().uuid(), ids, call.call().callStart().minus(SLACK),
                MAX_ATTEMPTS, caller);
        Map<Key, List<CallTimeline.Attempt>> byDelivery = new LinkedHashMap<>();
        for (Delivery attempt : attempts.reversed()) {
            byDelivery.computeIfAbsent(new Key(attempt.eventId(), attempt.endpointId(), attempt.replayId()),
                    _ -> new ArrayList<>())
                    .add(new CallTimeline.Attempt(attempt.id(), attempt.attempt(), attempt.outcome(),
                            attempt.statusCode(), attempt.error(), attempt.durationMs(), attempt.remoteAddress(),
                            attempt.attemptedAt()));
        }
        Map<Key, CallTimeline.FailedWebhook> failed = failedWebhooks(call.call().uuid(), ids, caller);
        Set<Key> all = new LinkedHashSet<>(byDelivery.keySet());
        all.addAll(failed.keySet());
        return new CallTimeline(call.call(), events.stream().map(event -> view(event,
                all.stream().filter(key -> key.eventId().equals(event.id()))
                        .map(key -> delivery(key, failed.get(key), byDelivery.getOrDefault(key, List.of())))
                        .toList()))
                .toList(), legs);
    }

    private static CallTimeline.Event view(StoredCall.Event event, List<CallTimeline.Delivery> deliveries) {
        return new CallTimeline.Event(event.id(), event.action().wireName(), event.at(), event.reconciled(),
                event.partition(), event.offset(), deliveries);
    }

    private static CallTimeline.Delivery delivery(Key key, CallTimeline.FailedWebhook failed,
            List<CallTimeline.Attempt> attempts) {
        boolean delivered = attempts.stream().anyMatch(attempt -> attempt.outcome().equals("delivered"));
        String status = failed != null ? failed.status() : delivered ? "delivered" : "failed";
        return new CallTimeline.Delivery(key.endpointId(), key.replayId(), status, failed, attempts);
    }

    private Map<Key, CallTimeline.FailedWebhook> failedWebhooks(String uuid, List<String> eventIds, Caller caller) {
        var where = new Where().and("uuid = :uuid", "uuid", uuid).and("event_id in (:events)", "events", eventIds)
                .and("tenant = :tenant", "tenant", caller.tenant());
        Map<Key, CallTimeline.FailedWebhook> found = new LinkedHashMap<>();
        where.bind(jdbc.sql("select id, endpoint_id, event_id, replay_id, status, next_attempt_at, last_error"
                + " from failed_webhooks where " + where.sql() + " order by first_failed_at, id limit "
                + MAX_ATTEMPTS)).query(row -> {
                    UUID replay = row.getObject("replay_id", UUID.class);
                    found.put(new Key(row.getString("event_id"), row.getObject("endpoint_id", UUID.class),
                            LIVE.equals(replay) ? null : replay),
                            new CallTimeline.FailedWebhook(row.getObject("id", UUID.class), row.getString("status"),
                                    Rows.time(row, "next_attempt_at"), row.getString("last_error")));
                });
        return found;
    }
}
