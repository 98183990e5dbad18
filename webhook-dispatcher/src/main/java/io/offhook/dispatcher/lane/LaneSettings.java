package io.offhook.dispatcher.lane;

import java.time.Duration;

/**
 * @param queue deliveries of one endpoint that may wait
 * @param queueWait how long each may wait for a slot or a token; one behind an earlier event of its leg as long again after that
 * @param maxInFlight requests under way in this dispatcher, all lanes together
 * @param maxUnsettled deliveries that the dispatcher may have accepted and not settled
 * @param breakerThreshold failures in a row that open a breaker
 */
public record LaneSettings(int queue, Duration queueWait, int maxInFlight, int maxUnsettled, int breakerThreshold) {}
