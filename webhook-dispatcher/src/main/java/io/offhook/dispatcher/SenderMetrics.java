package io.offhook.dispatcher;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.offhook.sender.AddressResolver;
import io.offhook.sender.WebhookSender;

/** What the sender's connections and look-ups of names tell. */
final class SenderMetrics implements MeterBinder {

    private final WebhookSender sender;
    private final AddressResolver resolver;

    SenderMetrics(WebhookSender sender, AddressResolver resolver) {
        this.sender = sender;
        this.resolver = resolver;
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        FunctionCounter.builder("offhook.dispatcher.connections.opened", sender, s -> s.connections().opened())
                .description("connections to receivers that were established").register(meters);
        FunctionCounter.builder("offhook.dispatcher.connections.reused", sender, s -> s.connections().reused())
                .description("requests over a connection opened for an earlier one").register(meters);
        Gauge.builder("offhook.dispatcher.connections.idle", sender, s -> s.connections().idle())
                .description("connections that wait for a next request").register(meters);
        Gauge.builder("offhook.dispatcher.lookups.waiting", resolver, r -> r.lookUps().waiting())
                .description("names of receivers whose look-up has no thread yet").register(meters);
        Gauge.builder("offhook.dispatcher.lookups.under.way", resolver, r -> r.lookUps().underWay())
                .description("look-ups of names of receivers, those that hang included").register(meters);
    }
}
