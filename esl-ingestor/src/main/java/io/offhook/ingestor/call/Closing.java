package io.offhook.ingestor.call;

/**
 * The verdict that a leg has ended though nobody said so: its node denies it, or its core is dead.
 *
 * @param end microseconds since the epoch by FreeSWITCH's clock: the last time that the leg was known alive
 * @param cause {@code NORMAL_UNSPECIFIED} where the cause is not known, {@code NETWORK_OUT_OF_ORDER} for a leg of a dead core
 */
record Closing(String uuid, String node, long end, String cause) implements LegInput {

    static final String DENIED = "NORMAL_UNSPECIFIED";
    static final String CORE_DEAD = "NETWORK_OUT_OF_ORDER";
}
