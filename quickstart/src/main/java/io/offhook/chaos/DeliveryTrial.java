package io.offhook.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import io.offhook.model.CallAction;
import io.offhook.model.CallDirection;
import io.offhook.testkit.receiver.Answer;

/** A scenario of the way out: dispatchers, endpoints, and every event of the topic compared with what each endpoint has received. */
final class DeliveryTrial extends Trial {

    /** Steps of the back-off in tenths of a second where operations have minutes. */
    private static final Map<String, String> SHORTENED = Map.of("OFFHOOK_RETRY_SCHEDULE", "200ms,500ms,1s",
            "OFFHOOK_RETRY_CLAIM_INTERVAL", "100ms", "OFFHOOK_EGRESS_ALLOW_CIDRS", "127.0.0.0/8");
    /** Each of some 2.7 events of a leg goes to up to six endpoints: fewer legs are as much work as calls are for an ingestor. */
    private static final double LEGS_PER_CALL = 0.3;
    private static final Duration WARM_UP = Duration.ofSeconds(2);
    private static final int FAILS_ONE_IN = 10;
    /** So often an originate fails that most legs end meanwhile: some 4 s, of which a leg has 3 at most. */
    private static final int STUBBORN_ATTEMPTS = 5;

    private final DeliveryDatabase database;
    private final List<EndpointUnderTest> endpoints = new ArrayList<>();
    private final List<ServiceUnderTest> dispatchers = new ArrayList<>();
    private EventsTopic published;
    private LegLoad load;
    private StoreOutage outage;

    DeliveryTrial(String name, Stores stores, ChaosSettings settings) {
        super(name, stores, settings);
        this.database = new DeliveryDatabase(stores.postgres(), "chaos_" + Long.toString(System.nanoTime(), 36));
    }

    /** An endpoint that takes every event and answers at once. */
    EndpointUnderTest endpoint(String endpointName) {
        return endpoint(endpointName, EndpointUnderTest.PATIENT_SEC);
    }

    /** @param timeoutSec to connect, and again for the request */
    EndpointUnderTest endpoint(String endpointName, int timeoutSec) {
        return endpoint(endpointName, timeoutSec, null, EnumSet.allOf(CallAction.class),
                EnumSet.allOf(CallDirection.class));
    }

    private EndpointUnderTest endpoint(String endpointName, int timeoutSec, String tenant, Set<CallAction> events,
            Set<CallDirection> directions) {
        var endpoint = new EndpointUnderTest(endpointName, timeoutSec, tenant, events, directions);
        endpoints.add(endpoint);
        database.register(endpoint.endpoint(), endpointName, EndpointUnderTest.SECRET);
        return endpoint;
    }

    /** An endpoint that takes every event and answers after some time. */
    EndpointUnderTest slowEndpoint(String endpointName, Duration time) {
        return endpoint(endpointName).answering(_ -> new Answer.Delayed(time, Answer.ok()));
    }

    private EndpointUnderTest endpoint(String endpointName, int timeoutSec, Set<CallAction> events) {
        return endpoint(endpointName, timeoutSec, null, events, EnumSet.allOf(CallDirection.class));
    }

    /** Endpoints that take the later events of one tenant's inbound legs, beginnings and ends of all legs, and beginnings alone. */
    List<EndpointUnderTest> choosyEndpoints() {
        return List.of(
                endpoint("choosy", EndpointUnderTest.PATIENT_SEC, LegLoad.TENANTS.getFirst(),
                        EnumSet.of(CallAction.ANSWER, CallAction.HANGUP), EnumSet.of(CallDirection.INBOUND)),
                endpoint("beginnings and ends", EndpointUnderTest.PATIENT_SEC,
                        EnumSet.of(CallAction.ORIGINATE, CallAction.HANGUP)),
                endpoint("beginnings", EndpointUnderTest.PATIENT_SEC, EnumSet.of(CallAction.ORIGINATE)));
    }

    /**
     * Endpoints at which events fail all the time, so that legs go the retry path: one in ten first attempts of any event; and one in
     * ten originates until most of their legs have ended, with the hangup or with nothing to wait for them.
     */
    void erringEndpoints() {
        erring(endpoint("erring", EndpointUnderTest.HASTY_SEC), 1, EnumSet.allOf(CallAction.class));
        EnumSet<CallAction> originates = EnumSet.of(CallAction.ORIGINATE);
        erring(endpoint("stubborn with ends", EndpointUnderTest.HASTY_SEC,
                EnumSet.of(CallAction.ORIGINATE, CallAction.HANGUP)), STUBBORN_ATTEMPTS, originates);
        erring(endpoint("stubborn", EndpointUnderTest.HASTY_SEC, originates), STUBBORN_ATTEMPTS, originates);
    }

    private static void erring(EndpointUnderTest endpoint, int attempts, Set<CallAction> actions) {
        List<String> ends = actions.stream().map(action -> "_" + action.wireName()).toList();
        endpoint.markDisturbed().answering(webhook -> Integer.parseInt(webhook.attempt()) <= attempts
                && Math.floorMod(webhook.webhookId().hashCode(), FAILS_ONE_IN) == 0
                && ends.stream().anyMatch(webhook.webhookId()::endsWith) ? Answer.status(500) : Answer.ok());
    }

    /** A dispatcher that does not run yet. */
    ServiceUnderTest dispatcher(String dispatcherName) {
        return dispatcher(dispatcherName, Map.of());
    }

    /** @param different variables that are not as in the other scenarios */
    ServiceUnderTest dispatcher(String dispatcherName, Map<String, String> different) {
        var variables = new HashMap<>(SHORTENED);
        variables.putAll(commonTo(dispatcherName));
        variables.put("SPRING_DATASOURCE_URL", database.url());
        variables.putAll(different);
        var dispatcher = new ServiceUnderTest(dispatcherName, settings().jars().dispatcher(), directory(), variables,
                settings().patience());
        dispatchers.add(dispatcher);
        return dispatcher;
    }

    /** Starts the dispatchers, all at once, and then the load; returns when it has been on for a while. */
    void begin(ServiceUnderTest... first) throws InterruptedException {
        start(LEGS_PER_CALL, first);
        awaitDelivered("at first", endpoints);
    }

    /** As {@link #begin}, with a load that can go on for long beside others; nothing need have arrived when it returns. */
    void beginLightly(ServiceUnderTest... first) throws InterruptedException {
        start(LEGS_PER_CALL / 4, first);
    }

    private void start(double legsPerCall, ServiceUnderTest... first) throws InterruptedException {
        Stream.of(first).forEach(ServiceUnderTest::launch);
        Stream.of(first).forEach(ServiceUnderTest::awaitReady);
        published = topic();
        load = new LegLoad(stores().kafka().bootstrapServers(), topics().callEvents(),
                settings().callsPerSecond() * legsPerCall, settings().seed()).begin();
        awaitLoad(WARM_UP);
    }

    /** Legs so far. */
    long legs() {
        return load.legs();
    }

    /** Waits for the legs that come in so much time. */
    void awaitLoad(Duration time) throws InterruptedException {
        awaitLoadSince(load.legs(), time);
    }

    /** @param legs that there were when the time began */
    void awaitLoadSince(long legs, Duration time) throws InterruptedException {
        long enough = legs + load.legsIn(time);
        waiting().until("the legs of " + time.toMillis() + " ms", time, () -> load.legs() >= enough);
    }

    /** Has the audit find out whether anybody healthy noticed. */
    void compare(StoreOutage withHealthyTimes) {
        outage = withHealthyTimes;
    }

    /** Waits until these endpoints have accepted all that the topic holds for them now. */
    void awaitDelivered(String when, Collection<EndpointUnderTest> to) throws InterruptedException {
        awaitDelivered(waiting(), when, to);
    }

    /** @param limit of the time that it takes */
    void awaitDeliveredWithin(Duration limit, String when, Collection<EndpointUnderTest> to)
            throws InterruptedException {
        awaitDelivered(waiting().atMost(limit), when, to);
    }

    private void awaitDelivered(Waiting waiting, String when, Collection<EndpointUnderTest> to)
            throws InterruptedException {
        waiting.until("the events topic", published::readOn);
        for (EndpointUnderTest endpoint : to) {
            Collection<String> owed = DeliveryAudit.idsOwedTo(endpoint.endpoint(), published.byLeg());
            waiting.until(when + ", all events at endpoint " + endpoint.name(), () -> endpoint.hasAll(owed));
        }
    }

    /** As {@link #awaitDelivered(String, Collection)}, to all endpoints. */
    void awaitDelivered(String when) throws InterruptedException {
        awaitDelivered(when, endpoints);
    }

    @Override
    void endLoad() throws InterruptedException {
        load.end();
        waiting().until("the end of all legs", load::isOver);
        require(load.failure() == null, "the load failed: " + load.failure());
    }

    @Override
    Verdict audit(EventsTopic topic) {
        DeliveryAudit.Findings findings = DeliveryAudit.of(endpoints.stream().map(EndpointUnderTest::account).toList(),
                topic.byLeg());
        var violations = new ArrayList<>(findings.violations());
        if (outage != null) {
            violations.addAll(outage.violations(findings.delays()));
        }
        violations.addAll(database.undelivered());
        String compared = outage == null ? "" : "; " + outage.counts(findings.delays());
        return new Verdict(String.format(Locale.ROOT,
                "%d legs, %d events, %d published twice; %d deliveries to %d endpoints, %d lost, %d duplicates;"
                        + " to healthy ones p50 %d ms, p99 %d ms, longest %d ms%s",
                topic.byLeg().size(), topic.events(), topic.duplicates(), findings.owed(), endpoints.size(),
                findings.lost(), findings.duplicates(), findings.delayMillis(0.5), findings.delayMillis(0.99),
                findings.delayMillis(1), compared), violations);
    }

    @Override
    public void close() {
        if (load != null) {
            load.close();
        }
        if (published != null) {
            published.close();
        }
        dispatchers.forEach(ServiceUnderTest::close);
        endpoints.forEach(EndpointUnderTest::close);
    }
}
