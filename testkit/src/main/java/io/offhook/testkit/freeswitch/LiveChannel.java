package io.offhook.testkit.freeswitch;

import java.util.function.Supplier;

/**
 * A leg that is up.
 *
 * @param uuid       its Unique-ID
 * @param latest     its newest event that carries variables, made when somebody asks
 * @param addedNanos {@link System#nanoTime()} when it came
 * @param dump       what {@code uuid_dump} was recorded to say of it, null where nothing was or something has happened since
 * @param listed     whether {@code show channels} knows it; with a shared database it may not, though the leg is up (r02)
 * @param down       whether it has hung up and is being reported: still listed, but no session that could be asked
 */
record LiveChannel(String uuid, Supplier<EventData> latest, long addedNanos, EventData dump, boolean listed,
        boolean down) {

    LiveChannel(String uuid, Supplier<EventData> latest, long addedNanos) {
        this(uuid, latest, addedNanos, null, true, false);
    }

    LiveChannel with(Supplier<EventData> newer) {
        return new LiveChannel(uuid, newer, addedNanos, null, listed, down);
    }

    LiveChannel hungUp() {
        return new LiveChannel(uuid, latest, addedNanos, dump, listed, true);
    }
}
