package io.offhook.ingestor.publish;

import java.util.Optional;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * A core's last sign of life as the legs topic keeps it.
 *
 * @param switchname {@code FreeSWITCH-Switchname}, by which CDRs name the node; {@code null} when unknown
 * @param heartbeatAt by FreeSWITCH's clock, microseconds since the epoch
 */
public record CoreHeartbeat(String node, String switchname, long heartbeatAt) {

    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    byte[] encode() {
        return JSON.writeValueAsBytes(this);
    }

    /** Empty for bytes that are no heartbeat. */
    static Optional<CoreHeartbeat> decode(byte[] bytes) {
        try {
            return Optional.ofNullable(JSON.readValue(bytes, CoreHeartbeat.class)).filter(beat -> beat.node() != null);
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }
}
