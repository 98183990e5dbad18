package io.offhook.testkit.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A loopback port behind which another one stands, and between them a network that can fail: stall, be cut, refuse. It takes any TCP
 * service; a client that is told elsewhere whom to connect to (Kafka's advertised listeners) must be told the relay's port.
 *
 * <p>All methods may be called from any thread. What has been read from one side and not yet written to the other is lost by a cut.
 */
public final class TcpRelay implements AutoCloseable {
    private static final int BACKLOG = 1024;
    private static final int CHUNK = 16 * 1024;
    /** Both ends are on this machine: a target that does not take a connection in this time does not take it. */
    private static final int CONNECT_MILLIS = 5_000;

    private final InetSocketAddress target;
    private final int port;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final AtomicLong relayed = new AtomicLong();
    private ServerSocket listening;
    private Thread accepting;
    private boolean stalled;
    private boolean closed;

    private TcpRelay(int port, InetSocketAddress target) throws IOException {
        this.target = target;
        this.listening = bind(port);
        this.port = listening.getLocalPort();
        this.accepting = accept(listening);
    }

    /**
     * Relays from any free loopback port to that one.
     *
     * @throws UncheckedIOException when there is none
     */
    public static TcpRelay to(int targetPort) {
        return between(0, new InetSocketAddress(InetAddress.getLoopbackAddress(), targetPort));
    }

    /**
     * Relays from a loopback port to an address.
     *
     * @param port 0 for any free one
     * @throws UncheckedIOException when the port is taken
     */
    public static TcpRelay between(int port, InetSocketAddress target) {
        try {
            return new TcpRelay(port, target);
        } catch (IOException e) {
            // Without its port the test has nothing to go through.
            throw new UncheckedIOException(e);
        }
    }

    /** The port to connect to, the same for the whole life of this object. */
    public int port() {
        return port;
    }

    /** Connections that are relayed now, those that are held open by {@link #stall()} among them. */
    public int connections() {
        return links.size();
    }

    /** Bytes relayed so far, both ways. */
    public long relayedBytes() {
        return relayed.get();
    }

    /**
     * From now on no byte passes, either way, but what is being written at this moment; connections stay, ends of them do not pass
     * either, and new connections are taken and get nothing.
     */
    public synchronized void stall() {
        stalled = true;
    }

    /** Ends {@link #stall()}: what waited passes, nothing is lost. */
    public synchronized void resume() {
        stalled = false;
        notifyAll();
    }

    /** Ends every connection now, on both sides; new ones are taken. */
    public void cut() {
        links.forEach(link -> link.close(false));
    }

    /** As {@link #cut()}, by a reset instead of an orderly end. */
    public void reset() {
        links.forEach(link -> link.close(true));
    }

    /** Refuses new connections until {@link #listen()}; those that are there stay. */
    public synchronized void refuse() {
        closeQuietly(listening);
        try {
            // The kernel goes on completing handshakes until the thread in accept has let the socket go.
            accepting.join();
        } catch (InterruptedException e) {
            // The test ends; its connections may still be taken for a moment.
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Takes connections again.
     *
     * @throws UncheckedIOException when somebody else has taken the port meanwhile
     */
    public synchronized void listen() {
        if (listening.isClosed() && !closed) {
            try {
                listening = bind(port);
                accepting = accept(listening);
            } catch (IOException e) {
                // As at the start.
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Ends everything. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            refuse();
            resume();
        }
        cut();
    }

    private static ServerSocket bind(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
        return socket;
    }

    private Thread accept(ServerSocket server) {
        return Thread.ofVirtual().name("relay-accept").start(() -> {
            try {
                while (true) {
                    Socket client = server.accept();
                    Thread.ofVirtual().name("relay").start(() -> connect(client));
                }
            } catch (IOException e) {
                // The port was closed: nobody is taken any more.
            }
        });
    }

    private void connect(Socket client) {
        Link link = new Link(client, new Socket());
        links.add(link);
        try {
            passing();
            link.server.connect(target, CONNECT_MILLIS);
            client.setTcpNoDelay(true);
            link.server.setTcpNoDelay(true);
            Thread.ofVirtual().name("relay-back").start(() -> link.pump(link.server, client));
            link.pump(client, link.server);
        } catch (IOException e) {
            // Nobody is behind the relay, or the connection was cut: the client sees its connection end.
            link.close(false);
        }
    }

    /** Waits while the relay is stalled. */
    private synchronized void passing() throws IOException {
        while (stalled) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
    }

    private static void closeQuietly(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            // It is gone all the same.
        }
    }

    /** One relayed connection. */
    private final class Link {
        private final Socket client;
        private final Socket server;
        private int ended;

        Link(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void pump(Socket from, Socket to) {
            byte[] chunk = new byte[CHUNK];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                int count;
                while ((count = in.read(chunk)) >= 0) {
                    passing();
                    relayed.addAndGet(count);
                    out.write(chunk, 0, count);
                }
                passing();
                to.shutdownOutput();
                halfEnded();
            } catch (IOException e) {
                // One side is gone, or the relay cuts: the other side goes too, once it may know of it.
                endWhenPassing();
            }
        }

        private void endWhenPassing() {
            try {
                passing();
            } catch (IOException e) {
                // The machine stops; close at once.
            }
            close(false);
        }

        private synchronized void halfEnded() {
            if (++ended == 2) {
                close(false);
            }
        }

        void close(boolean reset) {
            if (links.remove(this)) {
                for (Socket socket : new Socket[]{client, server}) {
                    try {
                        if (reset) {
                            socket.setSoLinger(true, 0);
                        }
                    } catch (IOException e) {
                        // It is closed already.
                    }
                    closeQuietly(socket);
                }
            }
        }
    }
}
