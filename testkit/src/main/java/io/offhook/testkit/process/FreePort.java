package io.offhook.testkit.process;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A TCP port that nobody listens on and that stays free while its server is down: it lies below the ephemeral ranges
 * of Linux (32768 and up) and macOS (49152 and up), so no outgoing connection is ever given it. A port taken with
 * {@code bind(0)} lacks that property, and a test that restarts a server on it fails now and then.
 */
public final class FreePort {
    private static final int FIRST = 20_000;
    private static final int LAST = 31_999;
    private static final int TRIES = 200;

    private FreePort() {}

    /**
     * Finds one, at random so that two JVMs seldom meet.
     *
     * @return a port from 20000 to 31999
     * @throws IllegalStateException when 200 ports in a row were taken
     */
    public static int find() {
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST + 1);
            if (isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException(
                "no free TCP port found in " + FIRST + "-" + LAST + " after " + TRIES + " tries");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(false);
            socket.bind(new InetSocketAddress(port));
            return true;
        } catch (IOException taken) {
            // Taken, or not ours to bind: the caller tries another.
            return false;
        }
    }
}
