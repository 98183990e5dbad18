package io.offhook.ingestor.esl;

import java.time.Duration;

/**
 * @param connect bound of a TCP connect
 * @param reply bound of each answer that FreeSWITCH owes: its greeting, and the replies to auth, event and api
 * @param silence without a frame until FreeSWITCH is asked whether it lives; three heartbeats
 * @param backoffBase first delay before connecting again; doubles, drawn uniformly from 0 to the delay (full jitter)
 * @param backoffMax its bound
 * @param refusedBackoff delay after a refused password or address, which no haste mends
 * @param commandIdle after the last reply until the connection for commands is closed
 */
public record EslTimings(Duration connect, Duration reply, Duration silence, Duration backoffBase, Duration backoffMax,
        Duration refusedBackoff, Duration commandIdle) {

    /** As above; the connection for commands stays for a minute, which spans the questions of one reconciliation. */
    public EslTimings(Duration connect, Duration reply, Duration silence, Duration backoffBase, Duration backoffMax,
            Duration refusedBackoff) {
        this(connect, reply, silence, backoffBase, backoffMax, refusedBackoff, Duration.ofSeconds(60));
    }
}
