package io.offhook.api.stats;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.swagger.v3.oas.annotations.media.Schema;

/**
 * The answer.
 *
 * @param total over the whole range
 */
@Schema(name = "Stats")
record StatsView(Instant from, Instant to, @Schema(example = "5m") String step, @Schema(nullable = true) String tenant,
        @Schema(nullable = true) UUID endpointId, Numbers total, List<Point> points) {

    @Schema(name = "StatsPoint")
    record Point(@Schema(description = "start of the step") Instant at, @JsonUnwrapped Numbers numbers) {}

    /** What belongs to calls is {@code null} when one endpoint is asked for. */
    @Schema(name = "StatsNumbers")
    record Numbers(
            @Schema(description = "legs that began; null with endpoint_id, as all of calls", nullable = true) Long calls,
            @Schema(description = "of these, answered by now", nullable = true) Long answered,
            @Schema(description = "answered / calls; null without calls", nullable = true, example = "0.62") Double answerSeizureRatio,
            @Schema(description = "answered seconds of these that have ended, on average; null without any", nullable = true, example = "184.5") Double averageDurationSec,
            @Schema(description = "these that have ended, by hangup cause", nullable = true) Map<String, Long> causes,
            @Schema(description = "highest number of legs under way, looked at at the end of each minute, from a step of 1h on of each hour", nullable = true) Long concurrentCalls,
            @Schema(description = "attempts that delivered") long deliveries,
            @Schema(description = "attempts that failed") long failures,
            @Schema(description = "from connecting to the end of the response, of attempts that delivered; within 19 %", nullable = true) Latency latencyMs) {}

    @Schema(name = "StatsLatency")
    record Latency(double p50, double p95, double p99) {}
}
