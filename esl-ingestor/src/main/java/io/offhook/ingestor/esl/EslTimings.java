package io.offhook.ingestor.esl;

import java.time.Duration;

/**
 * @param connect bound of a TCP connect
 * @param reply bound of each answer that FreeSWITCH owes: its greeting, and the replies to auth, event and api
 * @param silence without a frame until FreeSWITCH is asked whether it lives; three heartbeats
 * @param backoffBase first delay before connecting again; doubles, drawn uniformly from 0 to the delay (full jitter)
 * @param backoffMax its bound
 * @param refusedBackoff delay after a refused password or address, which no haste mends
 * @param userTimeout until a peer that acknowledges nothing counts as gone (TCP_USER_TIMEOUT, and keep-alive to match); 1 s or more
 * @param commandIdle after the last reply until the connection for commands is closed
 */
public record EslTimings(Duration connect, Duration reply, Duration silence, Duration backoffBase, Duration backoffMax,
        Duration refusedBackoff, Duration userTimeout, Duration commandIdle) {

    /** Shorter than the silence after which FreeSWITCH is asked: a line that is cut is found by TCP before. */
    private static final Duration USER_TIMEOUT = Duration.ofSeconds(30);
    /** Spans the questions of one reconciliation. */
    private static final Duration COMMAND_IDLE = Duration.ofSeconds(60);

    /** As above, with a user time-out of 30 s, and 60 s for an idle connection for commands. */
    public EslTimings(Duration connect, Duration reply, Duration silence, Duration backoffBase, Duration backoffMax,
            Duration refusedBackoff) {
        this(connect, reply, silence, backoffBase, backoffMax, refusedBackoff, USER_TIMEOUT, COMMAND_IDLE);
    }
}
