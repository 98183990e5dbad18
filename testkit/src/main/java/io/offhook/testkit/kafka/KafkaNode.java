package io.offhook.testkit.kafka;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;

/** Main class of {@link KafkaProcess}: arguments are directory and port. */
final class KafkaNode {
    /** Starts the line that says that the broker serves. */
    static final String READY = "Kafka is ready on ";

    private KafkaNode() {}

    static void main(String[] arguments) {
        EmbeddedKafka kafka = EmbeddedKafka.at(Path.of(arguments[0]), Integer.parseInt(arguments[1])).start();
        Runtime.getRuntime().addShutdownHook(new Thread(kafka::close, "stop"));
        System.out.println(READY + kafka.bootstrapServers());
        awaitEndOf(System.in);
        // The parent is gone, maybe killed: nobody needs this broker any more.
        System.exit(0);
    }

    private static void awaitEndOf(InputStream input) {
        try {
            input.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            // An input that cannot be read has no parent at its other end.
            System.out.println("standard input failed: " + e.getMessage());
        }
    }
}
