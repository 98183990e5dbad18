package io.offhook.bench.backlog;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Answers every POST with 200 at once and tells its webhook-id; a thread per connection. */
final class LeanReceiver implements AutoCloseable {

    private static final byte[] OK = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final String ID = "webhook-id: ";
    private static final String LENGTH = "content-length: ";
    private static final int BACKLOG = 1024;

    private final ServerSocket server;
    private final Consumer<String> received;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicLong count = new AtomicLong();

    /** @param port 0 for any */
    LeanReceiver(int port, Consumer<String> received) throws IOException {
        this.received = received;
        server = new ServerSocket();
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    long count() {
        return count.get();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                // Closed: the loop ends.
                continue;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream(), 8192);
            OutputStream out = socket.getOutputStream();
            String line = line(in);
            while (line != null) {
                String id = "";
                int length = 0;
                while (line != null && !line.isEmpty()) {
                    String header = line.toLowerCase(Locale.ROOT);
                    if (header.startsWith(ID)) {
                        id = line.substring(ID.length());
                    } else if (header.startsWith(LENGTH)) {
                        length = Integer.parseInt(line.substring(LENGTH.length()).strip());
                    }
                    line = line(in);
                }
                in.skipNBytes(length);
                received.accept(id);
                count.incrementAndGet();
                out.write(OK);
                line = line(in);
            }
        } catch (SocketException e) {
            // The other side, or close(), ended the connection.
            return;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } finally {
            open.remove(socket);
        }
    }

    /** Without its end, {@code null} at the end of the stream. */
    private static String line(InputStream in) throws IOException {
        var text = new StringBuilder(64);
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                return null;
            }
            if (c != '\r') {
                text.append((char) c);
            }
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
