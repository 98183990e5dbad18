package io.offhook.ingestor.publish;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;

/** A process that stores events in the spool and holds them until it is killed: arguments are folder and count. */
final class SpoolKeeper {

    private SpoolKeeper() {}

    static void main(String[] arguments) throws Exception {
        int count = Integer.parseInt(arguments[1]);
        var stored = new CountDownLatch(count);
        var spool = new Spool(Events.settings(Path.of(arguments[0])), InstantSource.system());
        for (int i = 0; i < count; i++) {
            spool.append(Events.outgoing("u" + i), stored::countDown);
        }
        stored.await();
        System.out.println("stored " + count);
        // Until it is killed, or its parent is gone.
        while (System.in.read() >= 0) {
            Thread.onSpinWait();
        }
    }
}
