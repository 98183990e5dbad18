package io.offhook.testkit.receiver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** A port on which nothing ever happens: either connecting hangs, or it works and nobody reads. */
public final class BlackHole implements AutoCloseable {
    /** Far more than a local connect needs. */
    private static final int FULL_AFTER_MILLIS = 300;
    private static final int MOST_FILLERS = 64;
    private static final int ROOMY_BACKLOG = 1024;

    private final ServerSocket socket;
    private final List<Socket> fillers = new ArrayList<>();

    private BlackHole(int backlog) throws IOException {
        socket = new ServerSocket(0, backlog, InetAddress.getByName("127.0.0.1"));
    }

    /**
     * Its backlog is full, so Linux drops further SYNs and connecting hangs, as with a host behind a silent firewall.
     *
     * @throws IllegalStateException when this system takes connections beyond its backlog
     */
    public static BlackHole refusingToConnect() {
        try {
            BlackHole hole = new BlackHole(1);
            while (hole.takesAnother()) {
                if (hole.fillers.size() > MOST_FILLERS) {
                    hole.close();
                    throw new IllegalStateException("the backlog does not fill up on this system");
                }
            }
            return hole;
        } catch (IOException e) {
            // Without a listening socket there is nothing to test.
            throw new UncheckedIOException(e);
        }
    }

    /** Takes connections (the kernel does, up to 1,024) and never reads: TLS handshakes and requests hang. */
    public static BlackHole neverReading() {
        try {
            return new BlackHole(ROOMY_BACKLOG);
        } catch (IOException e) {
            // As above.
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return socket.getLocalPort();
    }

    @Override
    public void close() {
        try {
            for (Socket filler : fillers) {
                filler.close();
            }
            socket.close();
        } catch (IOException e) {
            // A port that stays taken would surprise the next test.
            throw new UncheckedIOException(e);
        }
    }

    private boolean takesAnother() throws IOException {
        Socket filler = new Socket();
        fillers.add(filler);
        try {
            filler.connect(new InetSocketAddress(socket.getInetAddress(), port()), FULL_AFTER_MILLIS);
            return true;
        } catch (SocketTimeoutException full) {
            // What this is about.
            return false;
        }
    }
}
