package io.offhook.ingestor.publish;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;

import io.offhook.model.EventId;

/** A publisher that is killed: arguments are the brokers, the topic, the spool's folder and the count of legs to begin. */
final class PublisherProcess {

    private PublisherProcess() {}

    static void main(String[] arguments) throws Exception {
        Map<String, Object> client = Map.of("bootstrap.servers", arguments[0]);
        var publisher = new CallEventPublisher(arguments[1], client, client, Events.settings(Path.of(arguments[2])),
                InstantSource.system(), _ -> {});
        for (int i = 0; i < Integer.parseInt(arguments[3]); i++) {
            var event = Events.leg("u" + i).getFirst();
            publisher.publish(EventId.of("u" + i, event.action()), event, "fs1", null, "u" + i, false);
        }
        publisher.settled().join();
        System.out.println("settled");
        // Until it is killed, or its parent is gone.
        while (System.in.read() >= 0) {
            Thread.onSpinWait();
        }
    }
}
