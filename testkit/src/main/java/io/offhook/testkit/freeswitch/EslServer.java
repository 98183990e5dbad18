package io.offhook.testkit.freeswitch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/** Listens for clients and gives each a virtual thread. Can stop listening and listen again on the same port. */
final class EslServer implements AutoCloseable {
    /** mod_event_socket.c:2979 listens with a backlog of 5. */
    private static final int BACKLOG = 5;

    private final SwitchOptions options;
    private final Function<SocketChannel, EslConnection> newConnection;
    private final Set<EslConnection> connections = ConcurrentHashMap.newKeySet();
    private final int port;
    private ServerSocketChannel listening;
    private Thread accepting;
    private boolean finished;
    private volatile Chunks chunks;

    EslServer(SwitchOptions options, Function<SocketChannel, EslConnection> newConnection) {
        this.options = options;
        this.newConnection = newConnection;
        this.listening = open(options, options.port());
        this.port = localPort(listening);
        this.accepting = accept(listening);
    }

    /** How connections are to cut what they send into pieces. */
    record Chunks(long seed, int longest) {}

    int port() {
        return port;
    }

    /** Stops accepting; a client that comes now is refused. The connections stay. */
    synchronized void stopListening() {
        if (listening != null) {
            closeQuietly(listening);
            listening = null;
            awaitNoAccept();
        }
    }

    /** Accepts again on the same port. */
    synchronized void listen() {
        if (listening == null && !finished) {
            listening = open(options, port);
            accepting = accept(listening);
        }
    }

    void forEach(Consumer<EslConnection> action) {
        connections.forEach(action);
    }

    int clients() {
        return (int) connections.stream().filter(EslConnection::authenticated).count();
    }

    void chunks(Chunks wanted) {
        chunks = wanted;
        connections.forEach(this::applyChunks);
    }

    @Override
    public void close() {
        synchronized (this) {
            finished = true;
        }
        stopListening();
        connections.forEach(connection -> connection.close(CutMode.EOF));
    }

    /** The kernel goes on completing handshakes until the thread in accept has let the socket go. */
    private void awaitNoAccept() {
        try {
            accepting.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Thread accept(ServerSocketChannel server) {
        return Thread.ofVirtual().name("esl-accept").start(() -> {
            while (server.isOpen()) {
                try {
                    serve(server.accept());
                } catch (IOException e) {
                    // Closed while waiting, or the client left before it was accepted; the loop condition tells which.
                }
            }
        });
    }

    private void serve(SocketChannel channel) {
        if (connections.size() >= options.maxClients()) {
            closeQuietly(channel);
            return;
        }
        EslConnection connection = newConnection.apply(channel);
        connections.add(connection);
        applyChunks(connection);
        Thread.ofVirtual().name("esl-reader").start(() -> connection.serve(() -> connections.remove(connection)));
    }

    private void applyChunks(EslConnection connection) {
        Chunks wanted = chunks;
        if (wanted != null) {
            connection.wire().split(wanted.seed, wanted.longest);
        }
    }

    private static ServerSocketChannel open(SwitchOptions options, int port) {
        try {
            ServerSocketChannel server = ServerSocketChannel.open();
            server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            server.bind(new InetSocketAddress(options.bindAddress(), port), BACKLOG);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot listen on " + options.bindAddress() + ":" + port + ": " + e.getMessage(), e);
        }
    }

    private static int localPort(ServerSocketChannel server) {
        try {
            return ((InetSocketAddress) server.getLocalAddress()).getPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            // Nothing can be done with a socket that does not close.
        }
    }
}
