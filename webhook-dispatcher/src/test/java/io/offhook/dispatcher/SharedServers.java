package io.offhook.dispatcher;

import io.offhook.testkit.kafka.EmbeddedKafka;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One Kafka and one PostgreSQL for all classes of a run, started when the first asks; a test that stopped one finds it up again. */
public final class SharedServers implements ParameterResolver {

    private static final Namespace NAMESPACE = Namespace.create(SharedServers.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == EmbeddedKafka.class || type == EmbeddedPostgresServer.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        var store = context.getRoot().getStore(NAMESPACE);
        if (parameter.getParameter().getType() == EmbeddedKafka.class) {
            var kafka = store.computeIfAbsent(EmbeddedKafka.class, _ -> EmbeddedKafka.temporary(), EmbeddedKafka.class);
            if (!kafka.isRunning()) {
                kafka.start();
            }
            return kafka;
        }
        var postgres = store.computeIfAbsent(EmbeddedPostgresServer.class, _ -> EmbeddedPostgresServer.temporary(),
                EmbeddedPostgresServer.class);
        if (!postgres.isRunning()) {
            postgres.start();
        }
        return postgres;
    }
}
