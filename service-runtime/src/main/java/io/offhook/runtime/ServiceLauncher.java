package io.offhook.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Starts a service of Offhook: its settings file bears its own name, so that several services can share one class path. */
public final class ServiceLauncher {

    private static final Logger log = LoggerFactory.getLogger(ServiceLauncher.class);
    /** A start that is about to end when SIGTERM comes is let end, so that what it has begun is drained. */
    private static final Duration STARTED_WITHIN = Duration.ofSeconds(1);

    /** EX_SOFTWARE of sysexits.h: an internal failure. */
    private static final int OUT_OF_MEMORY = 70;
    private static final String LOG_DIR = "offhook.log.dir";

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
        Thread.setDefaultUncaughtExceptionHandler(ServiceLauncher::onThreadDeath);
        var starting = new CompletableFuture<ConfigurableApplicationContext>();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> drain(starting), "drain"));
        try {
            starting.complete(start(Map.of(), args));
        } catch (Exception | Error e) {
            // StartFailureReporter has said why; the context has closed what it had opened.
            starting.completeExceptionally(e);
            System.exit(1);
        }
    }

    /** A process that has lost a thread for want of memory must not go on without it: whoever runs it starts it again. */
    private static void onThreadDeath(Thread thread, Throwable death) {
        if (death instanceof VirtualMachineError) {
            // No logging, which needs memory.
            Runtime.getRuntime().halt(OUT_OF_MEMORY);
        }
        log.error("thread {} has died", thread.getName(), death);
    }

    /** A start that is not through, since PostgreSQL is away for instance, has nothing to drain. */
    private static void drain(Future<ConfigurableApplicationContext> starting) {
        try {
            starting.get(STARTED_WITHIN.toMillis(), TimeUnit.MILLISECONDS).close();
        } catch (ExecutionException e) {
            // The process ends because its start failed, with that exit code.
            return;
        } catch (TimeoutException | InterruptedException e) {
            log.info("stopped before it had started");
        }
        Runtime.getRuntime().halt(0);
    }

    /** Logging begins before any setting is bound, and complains at length of a folder that it cannot write. */
    private void requireLogDirectory(Map<String, Object> properties) {
        String directory = String.valueOf(properties.getOrDefault(LOG_DIR,
                System.getProperty(LOG_DIR, System.getenv().getOrDefault("OFFHOOK_LOG_DIR", "logs"))));
        try {
            Path folder = Files.createDirectories(Path.of(directory));
            if (Files.isWritable(folder)) {
                new StaleLogs(folder, name).remove(Instant.now());
                return;
            }
        } catch (IOException | InvalidPathException e) {
            // The line below says it.
        }
        var invalid = new InvalidSettingException(LOG_DIR, directory, "a folder that this process may write, or make");
        System.err.println("offhook: " + invalid.getMessage());
        throw invalid;
    }

    /** Starts the service inside this process, with properties that win over the environment. */
    public ConfigurableApplicationContext start(Map<String, Object> properties, String... args) {
        requireLogDirectory(properties);
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
