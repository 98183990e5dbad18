package io.offhook.sender;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A receiver that does to a connection whatever a test wants, byte by byte, on a thread of its own per connection. */
final class RawReceiver implements AutoCloseable {

    /** @param headers names as sent, in order */
    record Request(String line, Map<String, String> headers, byte[] body) {}

    interface Behaviour {

        void serve(Conversation conversation) throws IOException;
    }

    private final ServerSocket listener;
    private final Behaviour behaviour;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final List<Request> requests = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger accepted = new AtomicInteger();
    /** Connections of which this side has read the end: a FIN or a reset. */
    private final AtomicInteger closedByPeer = new AtomicInteger();

    RawReceiver(Behaviour behaviour) throws IOException {
        this(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), behaviour);
    }

    RawReceiver(ServerSocket listener, Behaviour behaviour) {
        this.listener = listener;
        this.behaviour = behaviour;
        Thread.ofVirtual().start(this::accept);
    }

    /** Answers each request on each connection with these bytes. */
    static RawReceiver answering(String response) throws IOException {
        return new RawReceiver(conversation -> {
            while (conversation.readRequest()) {
                conversation.write(response);
            }
        });
    }

    static RawReceiver ok() throws IOException {
        return answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }

    int port() {
        return listener.getLocalPort();
    }

    List<Request> requests() {
        return requests;
    }

    int accepted() {
        return accepted.get();
    }

    int closedByPeer() {
        return closedByPeer.get();
    }

    @Override
    public void close() {
        closeQuietly(listener);
        sockets.forEach(RawReceiver::closeQuietly);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                sockets.add(socket);
                accepted.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                // The test is over and has closed the listener.
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            behaviour.serve(new Conversation(socket));
        } catch (IOException | UncheckedIOException e) {
            // The sender gave up on the connection, which is what many tests are about.
            closedByPeer.incrementAndGet();
        }
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            throw new IllegalStateException("closing a test socket", e);
        }
    }

    final class Conversation {

        private final Socket socket;
        private final InputStream in;
        private int count;

        Conversation(Socket socket) throws IOException {
            this.socket = socket;
            this.in = socket.getInputStream();
        }

        Socket socket() {
            return socket;
        }

        /** Requests read on this connection. */
        int count() {
            return count;
        }

        /** @return false when the sender closed the connection instead */
        boolean readRequest() throws IOException {
            List<String> head = readHead();
            if (head.isEmpty()) {
                closedByPeer.incrementAndGet();
                return false;
            }
            var headers = new LinkedHashMap<String, String>();
            for (String line : head.subList(1, head.size())) {
                int colon = line.indexOf(':');
                headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
            byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
            count++;
            requests.add(new Request(head.getFirst(), headers, body));
            return true;
        }

        void write(String text) throws IOException {
            write(text.getBytes(StandardCharsets.UTF_8));
        }

        void write(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        }

        /** Reads until the sender closes. */
        void awaitClose() throws IOException {
            while (in.read() >= 0) {
                // What it still sends does not matter.
            }
            closedByPeer.incrementAndGet();
        }

        /** Drops what the sender still sends. */
        boolean staysOpenFor(int milliseconds) throws IOException {
            socket.setSoTimeout(milliseconds);
            try {
                while (in.read() >= 0) {
                    // What it still sends does not matter.
                }
                closedByPeer.incrementAndGet();
                return false;
            } catch (SocketTimeoutException e) {
                // Nothing was heard, so it is open.
                return true;
            }
        }

        private List<String> readHead() throws IOException {
            var head = new ArrayList<String>();
            var line = new ByteArrayOutputStream();
            for (int c = in.read(); c >= 0; c = in.read()) {
                if (c != '\n') {
                    line.write(c);
                    continue;
                }
                String text = line.toString(StandardCharsets.UTF_8).strip();
                line.reset();
                if (text.isEmpty()) {
                    return head;
                }
                head.add(text);
            }
            return List.of();
        }
    }
}
