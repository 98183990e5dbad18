package io.offhook.quickstart;

import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;

/**
 * Starts everything in the order in which it is needed, says where it is, and stops it in the opposite order: calls, ingestor,
 * dispatcher, API, receiver, Kafka, PostgreSQL.
 */
final class Quickstart {

    private static final Logger log = LoggerFactory.getLogger(Quickstart.class);
    private static final String NODES = "offhook.freeswitch.nodes";
    private static final long LISTENING_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long LOOK_EVERY_MILLIS = 20;

    private final Environment environment;
    private final QuickstartSettings settings;
    private final PrintStream out;
    private final Steps steps;
    private final RunningParts parts = new RunningParts();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile boolean stopping;
    private volatile boolean failed;

    Quickstart(Environment environment, QuickstartSettings settings, PrintStream out) {
        this.environment = environment;
        this.settings = settings;
        this.out = out;
        this.steps = new Steps(out);
    }

    boolean failed() {
        return failed;
    }

    /** Starts, and returns when {@link #stop()} is done. A start that fails says why and ends the process with 1. */
    void run() throws InterruptedException {
        try {
            start();
        } catch (Exception e) {
            if (!stopping) {
                fail(StartRefused.because("the quickstart did not start", e));
            }
            // Told to stop before the start was done: what was still starting lost what it needs.
            log.info("stopped while starting", e);
        }
        stopped.await();
    }

    /** Ends everything in order; returns when it has ended. */
    void stop() {
        stopping = true;
        if (!failed) {
            out.println("Stopping ...");
        }
        parts.close();
        if (!failed) {
            out.println("Stopped. The data stays for the next start.");
        }
        stopped.countDown();
    }

    private void fail(StartRefused refused) {
        failed = true;
        log.error("cannot start", refused);
        refused.print(System.err);
        System.exit(1);
    }

    private void start() throws Exception {
        DataFolder data = parts.add("data folder",
                () -> DataFolder.take(Path.of(environment.getRequiredProperty(DataFolder.PROPERTY))),
                DataFolder::close);
        Ports.check(settings);
        out.println("Offhook starts. Its data is in " + data.path());
        Stores stores = parts.add("Kafka and PostgreSQL",
                () -> Stores.start(data, environment, settings, steps), Stores::close);
        Services services = new Services(shared(stores));
        AdminKey key = AdminKey.of(environment, data);
        startDelivery(services, data, key);
        boolean simulated = environment.getProperty(NODES, "").isBlank();
        if (simulated) {
            CallDemo demo = parts.add("simulated FreeSWITCH", () -> new CallDemo(settings.freeswitchPort()),
                    CallDemo::close);
            var ingestor = startService("ingestor",
                    () -> services.ingestor(settings.ingestorPort(), demo.ingestorProperties()));
            welcome(data, stores, key, "simulated on 127.0.0.1:" + demo.port());
            awaitListening(ingestor);
            parts.add("calls", () -> {
                demo.begin(settings.callsPerMinute());
                return demo;
            }, CallDemo::end);
        } else {
            startService("ingestor", () -> services.ingestor(settings.ingestorPort(), Map.of()));
            welcome(data, stores, key, environment.getProperty(NODES));
        }
    }

    /** What the services are told in common; a variable that says something about it has won already. */
    private Map<String, Object> shared(Stores stores) {
        var shared = new LinkedHashMap<>(stores.properties());
        for (String property : new String[]{"offhook.egress.allow-cidrs", "offhook.dispatcher.drain"}) {
            shared.put(property, environment.getRequiredProperty(property));
        }
        return shared;
    }

    private void startDelivery(Services services, DataFolder data, AdminKey key) throws Exception {
        String secret = data.keptOrMade("receiver.secret", Secrets::signingSecret);
        BuiltInReceiver receiver = parts.add("receiver",
                () -> new BuiltInReceiver(settings.receiverPort(), secret, out), BuiltInReceiver::close);
        startService("REST API", () -> services.api(settings.apiPort(), key.value()));
        // Before the dispatcher: it knows the endpoint then from its first look at the registry.
        URI endpoints = URI.create("http://127.0.0.1:" + settings.apiPort() + "/api/v1/endpoints");
        steps.run("endpoint of the built-in receiver", () -> {
            new BuiltInEndpoint(endpoints, key.value()).register(receiver.url(), secret);
            return receiver;
        });
        startService("webhook dispatcher", () -> services.dispatcher(settings.dispatcherPort()));
    }

    private ConfigurableApplicationContext startService(String name,
            RunningParts.Start<ConfigurableApplicationContext> start) throws Exception {
        return steps.run(name, () -> parts.add(name, start, ConfigurableApplicationContext::close));
    }

    private void welcome(DataFolder data, Stores stores, AdminKey key, String freeSwitch) {
        Path logFile = Path.of(environment.getRequiredProperty("logging.file.name")).toAbsolutePath().normalize();
        new Welcome(steps.sinceBegun(), settings, data.path(), stores.kafkaAddress(), stores.postgresAddress(), logFile,
                key.value(), key.origin(), freeSwitch).print(out);
    }

    /** A call placed before the ingestor listens would be found in the middle of its life. */
    private static void awaitListening(ConfigurableApplicationContext ingestor) throws InterruptedException {
        MeterRegistry meters = ingestor.getBean(MeterRegistry.class);
        long deadline = System.nanoTime() + LISTENING_LIMIT_NANOS;
        while (System.nanoTime() - deadline < 0) {
            Gauge up = meters.find("offhook.ingestor.node.up").gauge();
            if (up != null && up.value() == 1) {
                return;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
        }
        throw new StartRefused("the ingestor does not reach the simulated FreeSWITCH");
    }
}
