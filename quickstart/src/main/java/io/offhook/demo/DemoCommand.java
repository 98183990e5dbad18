package io.offhook.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** {@code demo}: simulated calls and a receiver beside services that run elsewhere, until SIGTERM. */
public final class DemoCommand {

    private static final int SECRET_BYTES = 32;
    /** Dispatchers look for changes each second. */
    private static final Duration KNOWN_WITHIN = Duration.ofSeconds(3);

    private DemoCommand() {}

    /** Ends the process with 2 for arguments that cannot be understood, with 1 when a file or a port cannot be had. */
    public static void main(String[] arguments) throws InterruptedException {
        try {
            run(DemoOptions.parse(arguments), System.out);
        } catch (IllegalArgumentException e) {
            System.err.println("demo: " + e.getMessage());
            System.exit(2);
        } catch (IOException | IllegalStateException e) {
            System.err.println("demo: " + e);
            System.exit(1);
        }
    }

    private static void run(DemoOptions options, PrintStream out) throws IOException, InterruptedException {
        Path secretFile = options.directory().resolve("secret");
        boolean secretIsNew = !Files.exists(secretFile);
        if (secretIsNew) {
            Files.writeString(secretFile, newSecret());
        }
        String secret = Files.readString(secretFile);
        var demo = new Demo(options, Files.readString(options.passwordFile()).strip(), secret, out);
        var stop = new CountDownLatch(1);
        var registered = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(demo, stop), "stop"));
        try (var _ = new DemoControl(options.controlPort(), demo, () -> registered.getCount() == 0)) {
            new DemoEndpoint(options.api(), Files.readString(options.keyFile()).strip())
                    .registerUntilDone(options.url(), secret, secretIsNew, out);
            out.println("webhooks come to " + options.url());
            // Until then a dispatcher may not know of the endpoint.
            Thread.sleep(KNOWN_WITHIN);
            registered.countDown();
            demo.awaitListener();
            demo.placeCalls(options.rate());
            out.println("calls begin");
            while (!stop.await(1, TimeUnit.SECONDS)) {
                demo.collect();
            }
        }
    }

    private static void stop(Demo demo, CountDownLatch stop) {
        try {
            stop.countDown();
            demo.close();
        } catch (IOException e) {
            System.err.println("demo: the ledger is not kept: " + e);
        } finally {
            // The JVM by itself would say 143.
            Runtime.getRuntime().halt(0);
        }
    }

    private static String newSecret() {
        byte[] random = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(random);
        return "whsec_" + Base64.getEncoder().encodeToString(random);
    }
}
