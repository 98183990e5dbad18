package io.offhook.sender;

import java.time.Duration;

import org.apache.hc.client5.http.impl.DefaultConnectionKeepAliveStrategy;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.HttpResponse;

/** How long a receiver promises to keep an idle connection: {@code Keep-Alive: timeout=<seconds>}, RFC 2068 section 19.7.1.1. */
final class KeepAlive {

    /** The pool's own limit is shorter. */
    private static final Duration NOT_SAID = Duration.ofMinutes(3);

    private KeepAlive() {}

    /** @return some minutes when the response does not say: the pool's own limit then decides */
    static Duration of(HttpResponse response) {
        if (!response.containsHeader("keep-alive")) {
            return NOT_SAID;
        }
        return DefaultConnectionKeepAliveStrategy.INSTANCE.getKeepAliveDuration(response, HttpClientContext.create())
                .toDuration();
    }
}
