package io.offhook.dispatcher;

import java.net.InetAddress;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.offhook.sender.AddressResolver;
import io.offhook.sender.EgressGuard;
import io.offhook.sender.ResolverSettings;
import io.offhook.sender.WebhookSender;
import org.junit.jupiter.api.Test;

import static org.awaitility.Awaitility.await;

class SenderMetricsTest {

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    /** With standard settings names that are new have 80 threads at most. */
    @Test
    void lookUpsThatWaitAndThatHangAreSeen() {
        var release = new CountDownLatch(1);
        try (var resolver = new AddressResolver(_ -> {
            awaitQuietly(release);
            return List.of(InetAddress.ofLiteral("192.0.2.1"));
        }, ResolverSettings.standard());
                var sender = new WebhookSender("1", new EgressGuard("", resolver), Clock.systemUTC());
                var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            new SenderMetrics(sender, resolver).bindTo(meters);
            var guard = new EgressGuard("", resolver);
            for (int i = 0; i < 100; i++) {
                URI url = URI.create("https://crm" + i + ".example/");
                callers.submit(() -> guard.refusal(url));
            }
            await().until(() -> gauge("lookups.under.way") == 80 && gauge("lookups.waiting") == 20);
            release.countDown();
            await().until(() -> gauge("lookups.under.way") == 0 && gauge("lookups.waiting") == 0);
        } finally {
            release.countDown();
        }
    }

    private double gauge(String name) {
        return meters.get("offhook.dispatcher." + name).gauge().value();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            // The resolver was closed: the test is over.
            Thread.currentThread().interrupt();
        }
    }
}
