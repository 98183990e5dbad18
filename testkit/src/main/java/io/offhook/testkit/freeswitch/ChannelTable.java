package io.offhook.testkit.freeswitch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Supplier;

/**
 * The legs that are up. {@link #find} is live, as {@code uuid_exists} and {@code uuid_dump} are; {@link #listed} lags behind, as
 * {@code show channels} does, which reads a database that the event system fills.
 */
final class ChannelTable {
    private final ConcurrentHashMap<String, LiveChannel> live = new ConcurrentHashMap<>();
    private final ConcurrentLinkedDeque<Ended> ended = new ConcurrentLinkedDeque<>();
    private final long delayNanos;
    /** Rows of a recorded reply that nothing has changed since, in its order. */
    private volatile List<CapturedStand.Row> recorded = List.of();

    ChannelTable(Duration delay) {
        this.delayNanos = delay.toNanos();
    }

    private record Ended(LiveChannel channel, long nanos) {}

    void put(String uuid, Supplier<EventData> latest) {
        forgetRecorded(uuid);
        live.merge(uuid, new LiveChannel(uuid, latest, System.nanoTime()), (old, created) -> old.with(latest));
    }

    void remove(String uuid) {
        forgetRecorded(uuid);
        LiveChannel channel = live.remove(uuid);
        long now = System.nanoTime();
        if (channel != null && channel.listed() && delayNanos > 0) {
            ended.add(new Ended(channel, now));
        }
        Ended oldest;
        while ((oldest = ended.peek()) != null && now - oldest.nanos > delayNanos) {
            ended.poll();
        }
    }

    /** Its session is in CS_HANGUP: no command finds it any more, but it counts and is listed until it is destroyed. */
    void hungUp(String uuid) {
        live.computeIfPresent(uuid, (key, channel) -> channel.hungUp());
    }

    void rename(String oldUuid, String newUuid, Supplier<EventData> latest) {
        forgetRecorded(oldUuid);
        LiveChannel channel = live.remove(oldUuid);
        if (channel != null) {
            live.put(newUuid, new LiveChannel(newUuid, latest, channel.addedNanos()));
        }
    }

    /** A restarted core knows no channel. */
    void clear() {
        live.clear();
        ended.clear();
        recorded = List.of();
    }

    /** Becomes what was recorded: the legs of the dumps are up, and the rows are those of the reply, whichever legs they name. */
    void stand(CapturedStand stand) {
        clear();
        long longAgo = System.nanoTime() - delayNanos;
        for (EventData dump : stand.dumps()) {
            String uuid = dump.text("Unique-ID");
            boolean listed = stand.rows().isEmpty() || stand.lists(uuid);
            live.put(uuid, new LiveChannel(uuid, () -> dump, longAgo, dump, listed, false));
        }
        recorded = stand.rows().orElse(List.of());
    }

    List<CapturedStand.Row> recorded() {
        return recorded;
    }

    private void forgetRecorded(String uuid) {
        if (!recorded.isEmpty()) {
            recorded = recorded.stream().filter(row -> !row.uuid().equals(uuid)).toList();
        }
    }

    int size() {
        return live.size();
    }

    /** The channel of that uuid, or null. */
    LiveChannel find(String uuid) {
        LiveChannel channel = live.get(uuid);
        return channel == null || channel.down() ? null : channel;
    }

    List<LiveChannel> listed() {
        long now = System.nanoTime();
        List<LiveChannel> rows = new ArrayList<>();
        live.values().stream().filter(channel -> channel.listed() && now - channel.addedNanos() >= delayNanos)
                .forEach(rows::add);
        ended.stream().filter(gone -> now - gone.nanos < delayNanos).map(Ended::channel).forEach(rows::add);
        rows.sort(Comparator.comparingLong(LiveChannel::addedNanos));
        return rows;
    }
}
