package io.offhook.ingestor.publish;

import java.util.List;
import java.util.Optional;

import io.offhook.ingestor.call.OpenLeg;
import io.offhook.model.CallAction;
import io.offhook.model.CallDirection;
import io.offhook.model.LegIdentity;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** An open leg as JSON in the legs topic. Fields that a later version adds are passed over. */
final class LegRecordCodec {

    private record Json(String uuid, String calleeNumber, String callerIdNumber, String ani, String direction,
            List<String> names, String node, String core, String tenant, String callId, long callStart,
            long answerStart, boolean reuse,
            String published) {}

    private final JsonMapper json = JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    byte[] encode(OpenLeg leg) {
        LegIdentity identity = leg.identity();
        return json.writeValueAsBytes(
                new Json(identity.uuid(), identity.calleeNumber(), identity.callerIdNumber(), identity.ani(),
                        identity.direction() == null ? null : identity.direction().wireName(), leg.names(), leg.node(),
                        leg.core(), leg.tenant(),
                        leg.callId(), leg.callStart(), leg.answerStart(), leg.reuse(),
                        leg.published() == null ? null : leg.published().wireName()));
    }

    /** Empty for bytes that are no open leg. */
    Optional<OpenLeg> decode(byte[] bytes) {
        try {
            Json leg = json.readValue(bytes, Json.class);
            if (leg == null || leg.uuid() == null || leg.names() == null || leg.node() == null
                    || leg.callId() == null) {
                return Optional.empty();
            }
            var identity = new LegIdentity(leg.uuid(), leg.calleeNumber(), leg.callerIdNumber(), leg.ani(),
                    CallDirection.ofWireName(leg.direction()).orElse(null));
            return Optional
                    .of(new OpenLeg(identity, leg.names(), leg.node(), leg.core(), leg.tenant(), leg.callId(),
                            leg.callStart(),
                            leg.answerStart(), leg.reuse(), CallAction.ofWireName(leg.published()).orElse(null)));
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }
}
