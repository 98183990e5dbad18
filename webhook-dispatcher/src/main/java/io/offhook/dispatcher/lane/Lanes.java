package io.offhook.dispatcher.lane;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

import io.offhook.dispatcher.endpoint.EndpointRegistry;
import io.offhook.dispatcher.endpoint.RegisteredEndpoint;
import io.offhook.dispatcher.endpoint.RegistrySnapshot;
import io.offhook.sender.AttemptResult;
import io.offhook.sender.WebhookAttempt;
import io.offhook.sender.WebhookSender;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All lanes of a dispatcher. Lanes with work take turns at the dispatcher's slots, one delivery a turn. */
public final class Lanes implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Lanes.class);

    /** What a process at its limit sends in some 50 ms. */
    private static final int ENOUGH = 1_000;

    /** So many receivers are seldom slow at once: when they are all behind, the dispatcher is. */
    private static final int MANY = 40;

    /** Some milliseconds. */
    private static final int TURNS_AT_ONCE = 256;

    private final EndpointRegistry registry;
    private final WebhookSender sender;
    private final LaneSettings settings;
    private final LaneLoad load;
    private final LaneEvents events;
    private final ProbeDelays delays;
    private final Clock clock;
    private final Map<UUID, Lane> lanes = new ConcurrentHashMap<>();
    private final Queue<Lane> ready = new ConcurrentLinkedQueue<>();
    /** At least those in which live deliveries wait: who asks for the backlog looks at no others, however many there are. */
    private final Set<Lane> queued = ConcurrentHashMap.newKeySet();
    private final AtomicInteger pumpRequests = new AtomicInteger();
    /** Lanes that the timer is going to wake; one timer each, however often they are looked at meanwhile. */
    private final Set<Lane> timed = ConcurrentHashMap.newKeySet();
    private final ScheduledThreadPoolExecutor timer;
    private volatile int ownedPartitions;
    private volatile int allPartitions;

    public Lanes(EndpointRegistry registry, WebhookSender sender, LaneSettings settings, LaneEvents events,
            ProbeDelays delays, Clock clock) {
        this.registry = registry;
        this.sender = sender;
        this.settings = settings;
        this.load = new LaneLoad(settings);
        this.events = events;
        this.delays = delays;
        this.clock = clock;
        this.timer = new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name("lanes").factory(),
                new ThreadPoolExecutor.DiscardPolicy());
        registry.watch(this::onSnapshot);
    }

    /** Takes a live delivery, or hands it off at once. */
    public void offer(RegisteredEndpoint endpoint, LegDelivery delivery) {
        Lane lane = lane(endpoint);
        lane.offer(delivery, !registry.isCurrent(), System.nanoTime());
        queued.add(lane);
        wake(lane);
    }

    /** @return false when its lane cannot take it now; the caller keeps it */
    public boolean offer(RegisteredEndpoint endpoint, RetryDelivery delivery) {
        Lane lane = lane(endpoint);
        boolean taken = lane.offer(delivery);
        wake(lane);
        return taken;
    }

    /** @return false when its lane cannot take it now; the caller keeps it */
    public boolean offer(RegisteredEndpoint endpoint, ReplayDelivery delivery) {
        Lane lane = lane(endpoint);
        boolean taken = lane.offer(delivery);
        wake(lane);
        return taken;
    }

    /** Rows worth claiming now for an endpoint. */
    public int retryCapacity(RegisteredEndpoint endpoint) {
        return lane(endpoint).retryCapacity();
    }

    public int inFlight() {
        return load.inFlight();
    }

    public int waiting() {
        return lanes.values().stream().mapToInt(Lane::waiting).sum();
    }

    /** How much waits in lanes that deliver. What waits for receivers that hang does not count. */
    public Backlog backlog() {
        if (load.waiting() < ENOUGH) {
            return Backlog.LITTLE;
        }
        long now = System.nanoTime();
        int waiting = 0;
        int ofMany = 0;
        for (Lane lane : queued) {
            leaveQueued(lane);
            int ofLane = lane.waitingWhileMoving(now);
            waiting += ofLane;
            ofMany += Math.min(ofLane, ENOUGH / MANY);
            if (ofMany >= ENOUGH) {
                return Backlog.OF_MANY;
            }
        }
        return waiting >= ENOUGH ? Backlog.OF_FEW : Backlog.LITTLE;
    }

    private void leaveQueued(Lane lane) {
        if (lane.liveWaiting() == 0) {
            queued.remove(lane);
            if (lane.liveWaiting() > 0) {
                // Whoever offered it something just now found it in the set still.
                queued.add(lane);
            }
        }
    }

    public long openBreakers() {
        return lanes.values().stream().filter(Lane::isOpen).count();
    }

    /** So many moves of an endpoint's breaker that were made here are in the database. */
    public void onMovesWritten(UUID endpoint, int moves) {
        Lane lane = lanes.get(endpoint);
        if (lane != null) {
            lane.onMovesWritten(moves, System.nanoTime());
        }
    }

    /** The share of the fleet's limits that this dispatcher has. */
    public void setPartitions(int owned, int all) {
        ownedPartitions = owned;
        allPartitions = all;
        registry.newest().ifPresent(this::onSnapshot);
    }

    /** Takes out live deliveries that have not started, and ends none of them. */
    public List<LegDelivery> forget(Predicate<LegDelivery> lost) {
        return lanes.values().stream().flatMap(lane -> lane.forget(lost).stream()).toList();
    }

    /** Hands off all that has not started. */
    public void shutDown() {
        lanes.values().forEach(Lane::shutDown);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    private Lane lane(RegisteredEndpoint registered) {
        return lanes.computeIfAbsent(registered.endpoint().id(), id -> {
            RegistrySnapshot snapshot = registry.snapshot();
            var health = new LaneHealth(id, events, new Breaker(settings.breakerThreshold()), delays,
                    snapshot.degraded().contains(id));
            var lane = new Lane(id, settings, load, health);
            if (snapshot.openStep(id) > 0) {
                health.open(snapshot.openStep(id));
            }
            lane.configure(registered.endpoint(), ownedPartitions, allPartitions, System.nanoTime());
            return lane;
        });
    }

    private void onSnapshot(RegistrySnapshot snapshot) {
        lanes.forEach((id, lane) -> {
            snapshot.find(id).ifPresentOrElse(
                    registered -> lane.configure(registered.endpoint(), ownedPartitions, allPartitions,
                            System.nanoTime()),
                    () -> {
                        if (lane.isIdle()) {
                            lanes.remove(id);
                            queued.remove(lane);
                        }
                    });
            lane.onFleetState(snapshot.openStep(id), snapshot.degraded().contains(id), snapshot.takenAtNanos(),
                    System.nanoTime());
            wake(lane);
        });
    }

    private void wake(Lane lane) {
        line(lane);
        pump();
    }

    private void line(Lane lane) {
        if (lane.joinsLine()) {
            ready.add(lane);
        }
    }

    /** One thread at a time hands out slots; whoever comes meanwhile leaves it a note, so that no call nests in another. */
    private void pump() {
        if (pumpRequests.getAndIncrement() == 0) {
            handOutUntilDone();
        }
    }

    /**
     * Whoever is here hands out for all. A thread that others wait for, one of the sender's or the registry's, must come away from it
     * however much there is to do: after a while the lanes' own thread goes on.
     */
    private void handOutUntilDone() {
        int seen = pumpRequests.get();
        int turns = TURNS_AT_ONCE;
        do {
            try {
                turns = handOutSlots(turns);
            } catch (RuntimeException e) {
                // A bug in one lane must not stop the others.
                log.error("a lane failed", e);
            }
            if (turns == 0) {
                timer.execute(this::handOutUntilDone);
                return;
            }
            seen = pumpRequests.addAndGet(-seen);
        } while (seen > 0);
    }

    /** @return how many of the turns are left */
    private int handOutSlots(int turns) {
        int left = turns;
        for (; left > 0 && load.inFlight() < settings.maxInFlight(); left--) {
            Lane lane = ready.poll();
            if (lane == null) {
                return left;
            }
            lane.leftLine();
            long now = System.nanoTime();
            Lane.Start start = lane.next(now);
            if (start == null) {
                wakeAtNextToken(lane, now);
                continue;
            }
            line(lane);
            load.started();
            send(lane, start);
        }
        return left;
    }

    private void wakeAtNextToken(Lane lane, long now) {
        long wait = lane.nanosToToken(now);
        if (wait > 0 && timed.add(lane)) {
            timer.schedule(() -> {
                timed.remove(lane);
                wake(lane);
            }, wait, TimeUnit.NANOSECONDS);
        }
    }

    int timers() {
        return timer.getQueue().size();
    }

    private void send(Lane lane, Lane.Start start) {
        Delivery delivery = start.delivery();
        RegisteredEndpoint current = registry.snapshot().find(delivery.endpointId()).orElse(null);
        if (current == null) {
            lane.droppedAtStart(start);
            free(lane);
        } else if (!current.endpoint().enabled()) {
            lane.handedOffAtStart(start, HandOffReason.BREAKER_OPEN);
            free(lane);
        } else {
            var attempt = new WebhookAttempt(current.endpoint(), current.secretsValidAt(clock.instant()),
                    delivery.message(),
                    delivery.attemptNumber(), delivery.replayId().orElse(null));
            sender.send(attempt, result -> ended(lane, start, current, result));
        }
    }

    private void ended(Lane lane, Lane.Start start, RegisteredEndpoint endpoint, AttemptResult result) {
        try {
            lane.ended(start, result);
            events.attempted(start.delivery(), endpoint, result);
        } finally {
            free(lane);
        }
    }

    private void free(Lane lane) {
        load.ended();
        wake(lane);
    }
}
