package io.offhook.dispatcher.attempt;

import java.util.Optional;
import java.util.UUID;

import io.offhook.dispatcher.endpoint.RegisteredEndpoint;
import io.offhook.model.CallEventMessage;
import io.offhook.sender.AttemptResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * One wide log event per attempt: all that is asked for when a webhook did not come, and no secret. Of those that came only at level
 * DEBUG: they are in the history, and a log line costs as much as the delivery.
 */
public final class AttemptLog implements AttemptListener {

    private static final Logger log = LoggerFactory.getLogger("offhook.attempt");

    @Override
    public void attempted(CallEventMessage message, int attempt, Optional<UUID> replayId, RegisteredEndpoint registered,
            AttemptResult result) {
        if (result.delivered() && !log.isDebugEnabled()) {
            return;
        }
        var endpoint = registered.endpoint();
        LoggingEventBuilder event = (result.delivered() ? log.atDebug() : log.atWarn())
                .addKeyValue("endpoint_id", endpoint.id())
                .addKeyValue("tenant", endpoint.tenant()).addKeyValue("host", endpoint.url().getHost())
                .addKeyValue("event_id", message.id().value()).addKeyValue("uuid", message.uuid())
                .addKeyValue("action", message.action().wireName()).addKeyValue("attempt", attempt)
                .addKeyValue("replay_id", replayId.orElse(null)).addKeyValue("outcome", result.outcome().wireName())
                .addKeyValue("status_code", result.statusCode())
                .addKeyValue("duration_ms", result.duration().toMillis())
                .addKeyValue("remote_address", result.remoteAddress());
        if (!result.delivered()) {
            event = event.addKeyValue("error", result.error().wireName()).addKeyValue("error_detail",
                    result.errorDetail());
        }
        event.log(result.delivered() ? "delivered" : "failed");
    }
}
