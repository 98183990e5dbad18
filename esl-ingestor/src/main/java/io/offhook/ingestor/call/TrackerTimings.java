package io.offhook.ingestor.call;

import java.time.Duration;

/**
 * How long the tracker waits for what, and what it keeps.
 *
 * @param tenantHold an originate waits for its tenant; zero for not at all
 * @param closedMemory an ended leg is remembered, so that late copies are known and a reused uuid is told apart
 * @param closedLegs at most so many of them; beyond it the oldest is forgotten early
 * @param originateSearch a leg first seen midway waits for its originate to appear in the topic
 * @param inferenceHold what a snapshot shows waits for FreeSWITCH's own events, which may be under way
 * @param closingHold a leg that its node denies waits for its CDR
 * @param coreUnheard no ingestor has heard a core until it is suspected
 * @param recoveryGrace the legs of a suspected core may still be recovered
 */
public record TrackerTimings(Duration tenantHold, Duration closedMemory, int closedLegs, Duration originateSearch,
        Duration inferenceHold, Duration closingHold, Duration coreUnheard, Duration recoveryGrace) {}
