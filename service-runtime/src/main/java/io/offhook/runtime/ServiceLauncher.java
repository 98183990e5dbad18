package io.offhook.runtime;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Starts a service of Offhook: its settings file bears its own name, so that several services can share one class path. */
public final class ServiceLauncher {

    private final String name;
    private final Class<?> application;

    /** @param name the service's name, which is also that of its settings file and of its logs */
    public ServiceLauncher(String name, Class<?> application) {
        this.name = name;
        this.application = application;
    }

    /**
     * Runs the service as this process. A start that fails has said why in one line and ends the process with 1. SIGTERM drains and
     * ends it with 0, where the JVM by itself would say 143.
     */
    public void runOrExit(String... args) {
        ConfigurableApplicationContext context;
        try {
            context = start(Map.of(), args);
        } catch (Exception e) {
            // StartFailureReporter has said why; the context has closed what it had opened.
            System.exit(1);
            return;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            context.close();
            Runtime.getRuntime().halt(0);
        }, "drain"));
    }

    /** Starts the service inside this process, with properties that win over the environment. */
    public ConfigurableApplicationContext start(Map<String, Object> properties, String... args) {
        Map<String, Object> defaults = new LinkedHashMap<>();
        defaults.put("spring.config.name", "offhook-service," + name);
        defaults.put("spring.application.name", name);
        // As arguments, since logging is set up before anything else that could carry them.
        Stream<String> given = properties.entrySet().stream()
                .map(entry -> "--" + entry.getKey() + "=" + entry.getValue());
        return new SpringApplicationBuilder(application).properties(defaults).registerShutdownHook(false)
                .run(Stream.concat(given, Arrays.stream(args)).toArray(String[]::new));
    }
}
