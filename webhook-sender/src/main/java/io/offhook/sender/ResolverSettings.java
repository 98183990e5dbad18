package io.offhook.sender;

import java.time.Duration;

/**
 * How names are resolved.
 *
 * @param threads look-ups at a time of names that answered lately, the same number of new names, and a quarter of it each of names that
 *        failed and that hung; look-ups that take long get further threads, ten times as many at most
 * @param timeout how long a look-up may take, and how long somebody waits for one
 * @param refresh how long an answer is good without another look-up
 * @param failureMemory how long a failure is good without another look-up
 * @param lastGood how long the last good answer serves while look-ups fail
 */
public record ResolverSettings(int threads, Duration timeout, Duration refresh, Duration failureMemory,
        Duration lastGood) {

    /** 16 threads, 5 s, 10 s, 5 s and 5 minutes. */
    public static ResolverSettings standard() {
        return new ResolverSettings(16, Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(5),
                Duration.ofMinutes(5));
    }

    ResolverSettings withTimeout(Duration timeout) {
        return new ResolverSettings(threads, timeout, refresh, failureMemory, lastGood);
    }
}
