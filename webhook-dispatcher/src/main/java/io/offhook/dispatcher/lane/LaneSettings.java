package io.offhook.dispatcher.lane;

/**
 * @param queue deliveries of one endpoint that may wait
 * @param maxInFlight requests under way in this dispatcher, all lanes together
 * @param maxUnsettled deliveries that the dispatcher may have accepted and not settled
 * @param breakerThreshold failures in a row that open a breaker
 */
public record LaneSettings(int queue, int maxInFlight, int maxUnsettled, int breakerThreshold) {}
