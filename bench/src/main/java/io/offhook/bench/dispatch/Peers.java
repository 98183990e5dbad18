package io.offhook.bench.dispatch;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.offhook.testkit.process.JavaCommand;
import io.offhook.testkit.process.JavaProcess;

/**
 * The other ways to get records from Kafka to HTTP, each a Maven project of its own in {@code bench/peers} with a class path of its
 * own: none of their libraries comes near ours.
 */
final class Peers {

    static final String PARALLEL_CONSUMER = "parallel-consumer";
    static final String CAMEL = "camel";
    /** What their poms ask for. */
    static final String PARALLEL_CONSUMER_VERSION = "parallel-consumer-vertx 0.5.3.2";
    static final String CAMEL_VERSION = "Camel 4.22.0";

    private final Path directory;

    /** Builds them, which downloads what they need the first time. */
    Peers(Path root) throws IOException, InterruptedException {
        directory = root.resolve("bench/peers");
        for (String peer : List.of(PARALLEL_CONSUMER, CAMEL)) {
            var maven = new ProcessBuilder("mvn", "-B", "-q", "-f", pom(peer).toString(), "package").inheritIO();
            maven.environment().put("JAVA_HOME", System.getProperty("java.home"));
            // Keeps that JDK's warnings about Maven's own libraries off the terminal.
            maven.environment().put("MAVEN_OPTS",
                    "--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow");
            if (maven.start().waitFor() != 0) {
                throw new IllegalStateException(pom(peer) + " could not be built");
            }
        }
    }

    private Path pom(String peer) {
        return directory.resolve(peer).resolve("pom.xml");
    }

    /**
     * @param main the peer's class
     * @param concurrency what the peer takes for it
     * @param urls a record of tenant n goes to number n
     */
    JavaProcess start(String peer, String main, Site site, Path output, int concurrency, List<String> urls) {
        Path target = directory.resolve(peer).resolve("target");
        var arguments = new ArrayList<>(List.of(site.brokers(), site.topics().callEvents(),
                peer + "-" + System.nanoTime(), Integer.toString(concurrency)));
        arguments.addAll(urls);
        return JavaCommand
                .mainClass("io.offhook.bench.peer." + main,
                        target.resolve("classes") + File.pathSeparator + target.resolve("lib") + File.separator + "*")
                .jvmOptions("-Xmx1g", "--enable-native-access=ALL-UNNAMED").arguments(arguments.toArray(String[]::new))
                .outputFile(output.resolve(peer + ".out")).start();
    }
}
