package io.offhook.quickstart;

import java.util.LinkedHashMap;
import java.util.Map;

import io.offhook.api.ApiApplication;
import io.offhook.dispatcher.DispatcherApplication;
import io.offhook.ingestor.IngestorApplication;
import io.offhook.runtime.ServiceLauncher;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Starts the three services beside each other. They share one class path here, so each is told what on it is not its own: a service
 * that finds a JDBC driver or a page generator would otherwise set it up.
 */
final class Services {

    private static final Map<String, Object> NO_PAGES = Map.of("springdoc.api-docs.enabled", "false",
            "springdoc.swagger-ui.enabled", "false", "spring.web.resources.add-mappings", "false");
    private static final String DATABASE = "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration,"
            + "org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration";

    private final Map<String, Object> shared;

    /** @param shared properties of all three: where Kafka and PostgreSQL are */
    Services(Map<String, Object> shared) {
        this.shared = Map.copyOf(shared);
    }

    ConfigurableApplicationContext api(int port, String adminKey) {
        return start(ApiApplication.NAME, ApiApplication.class, port, Map.of("offhook.api.admin-key", adminKey));
    }

    ConfigurableApplicationContext dispatcher(int port) {
        return start(DispatcherApplication.NAME, DispatcherApplication.class, port, NO_PAGES);
    }

    /** @param freeSwitch what the ingestor listens to, where the variables do not say it */
    ConfigurableApplicationContext ingestor(int port, Map<String, Object> freeSwitch) {
        var properties = new LinkedHashMap<>(NO_PAGES);
        properties.put("spring.autoconfigure.exclude", DATABASE);
        properties.putAll(freeSwitch);
        return start(IngestorApplication.NAME, IngestorApplication.class, port, properties);
    }

    private ConfigurableApplicationContext start(String name, Class<?> application, int port, Map<String, Object> own) {
        var properties = new LinkedHashMap<String, Object>(shared);
        properties.put("server.port", port);
        properties.putAll(own);
        try {
            return new ServiceLauncher(name, application).start(properties);
        } catch (RuntimeException e) {
            throw StartRefused.byService(name, e);
        }
    }
}
