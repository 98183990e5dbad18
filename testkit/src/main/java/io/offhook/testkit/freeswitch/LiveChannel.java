package io.offhook.testkit.freeswitch;

import java.util.function.Supplier;

/**
 * A leg that is up.
 *
 * @param uuid       its Unique-ID
 * @param latest     its newest event that carries variables, made when somebody asks
 * @param addedNanos {@link System#nanoTime()} when it came
 */
record LiveChannel(String uuid, Supplier<EventData> latest, long addedNanos) {

    LiveChannel with(Supplier<EventData> newer) {
        return new LiveChannel(uuid, newer, addedNanos);
    }
}
