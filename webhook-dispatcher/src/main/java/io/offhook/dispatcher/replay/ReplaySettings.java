package io.offhook.dispatcher.replay;

import java.time.Duration;

/**
 * @param maxRunning replays that this dispatcher runs at once
 * @param slice how long one runs before it makes room for another that waits
 * @param pollInterval between looks for replays to run
 * @param saveInterval between saves of how far one has come; a cancellation is seen with the next
 * @param saveEvery deliveries after which it is saved at the latest: so many at most are repeated after a crash
 * @param lease how long after its dispatcher's last save another may run it
 * @param lookBack how long before its range, by append time, ids are learnt
 * @param keepEnded how long ended ones stay in the table
 */
public record ReplaySettings(int maxRunning, Duration slice, Duration pollInterval, Duration saveInterval,
        int saveEvery, Duration lease, Duration lookBack, Duration keepEnded) {}
