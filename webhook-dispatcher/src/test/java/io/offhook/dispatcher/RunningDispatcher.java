package io.offhook.dispatcher;

import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;

import io.micrometer.core.instrument.MeterRegistry;
import io.offhook.dispatcher.endpoint.EndpointRegistry;
import io.offhook.dispatcher.endpoint.RegisteredEndpoint;
import io.offhook.runtime.ServiceLauncher;
import org.springframework.context.ConfigurableApplicationContext;

import static org.awaitility.Awaitility.await;

/** The service as it is, inside this JVM. */
final class RunningDispatcher implements AutoCloseable {

    private final ConfigurableApplicationContext context;

    private RunningDispatcher(ConfigurableApplicationContext context) {
        this.context = context;
    }

    static RunningDispatcher start(Map<String, Object> settings) {
        return new RunningDispatcher(
                new ServiceLauncher(DispatcherApplication.NAME, DispatcherApplication.class).start(settings));
    }

    /** Waits until the dispatcher knows an endpoint as it is now; the interface grants it 2 s. */
    void awaitEndpoint(UUID id, Predicate<RegisteredEndpoint> condition) {
        await().atMost(Site.LIMIT).until(() -> registry().isCurrent() && registry().snapshot().find(id)
                .filter(condition).isPresent());
    }

    void awaitEndpoint(UUID id) {
        awaitEndpoint(id, _ -> true);
    }

    EndpointRegistry registry() {
        return context.getBean(EndpointRegistry.class);
    }

    double gauge(String name) {
        return context.getBean(MeterRegistry.class).get(name).gauge().value();
    }

    double counter(String name) {
        return context.getBean(MeterRegistry.class).get(name).counter().count();
    }

    double functionCounter(String name) {
        return context.getBean(MeterRegistry.class).get(name).functionCounter().count();
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    void awaitPartitions(int count) {
        await().atMost(Site.LIMIT).until(() -> gauge("offhook.dispatcher.partitions") == count);
    }

    /** What SIGTERM does. */
    @Override
    public void close() {
        context.close();
    }
}
