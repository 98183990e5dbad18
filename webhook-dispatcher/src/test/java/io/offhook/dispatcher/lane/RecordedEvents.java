package io.offhook.dispatcher.lane;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import io.offhook.dispatcher.endpoint.RegisteredEndpoint;
import io.offhook.sender.AttemptResult;

/** What a lane told the fleet. */
final class RecordedEvents implements LaneEvents {

    final List<String> told = new ArrayList<>();

    @Override
    public void opened(UUID endpoint, Optional<Duration> retryAfter) {
        told.add("opened" + retryAfter.map(wait -> " " + wait).orElse(""));
    }

    @Override
    public void probeSucceeded(UUID endpoint) {
        told.add("probe succeeded");
    }

    @Override
    public void probeFailed(UUID endpoint, Optional<Duration> retryAfter) {
        told.add("probe failed" + retryAfter.map(wait -> " " + wait).orElse(""));
    }

    @Override
    public void degraded(UUID endpoint, boolean degraded) {
        told.add(degraded ? "degraded" : "healthy");
    }

    @Override
    public void gone(UUID endpoint) {
        told.add("gone");
    }

    @Override
    public void attempted(Delivery delivery, RegisteredEndpoint endpoint, AttemptResult result) {}
}
