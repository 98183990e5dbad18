package io.offhook.testkit.freeswitch;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Takes CDRs as bytes, one connection each, and answers with a status, at once or when told. */
final class CdrReceiver implements Closeable {
    private final ServerSocket server;
    private final Thread accepting;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile int status = 200;
    private volatile CountDownLatch held = new CountDownLatch(0);

    record Request(String head, byte[] body) {
        String uuid() {
            return head.substring(head.indexOf("?uuid=") + 6, head.indexOf(" HTTP/1.1"));
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        JsonNode json() {
            return new ObjectMapper().readTree(body);
        }
    }

    CdrReceiver() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        accepting = Thread.ofVirtual().start(this::accept);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort() + "/cdr");
    }

    List<Request> requests() {
        return requests;
    }

    void answer(int value) {
        status = value;
    }

    void hold() {
        held = new CountDownLatch(1);
    }

    void release() {
        held.countDown();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                // One after the other up to the request's last byte, so that the order of the requests is that of the connections.
                requests.add(read(socket.getInputStream()));
                Thread.ofVirtual().start(() -> answer(socket));
            } catch (IOException e) {
                // The test is over, or a client gave up in the middle; the loop condition tells which.
            }
        }
    }

    private void answer(Socket socket) {
        try (socket) {
            held.await();
            socket.getOutputStream().write(("HTTP/1.1 " + status + " X\r\nContent-Length: 0\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Request read(InputStream stream) throws IOException {
        InputStream in = new BufferedInputStream(stream);
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int octet = in.read();
            if (octet < 0) {
                throw new EOFException("after: " + head);
            }
            head.append((char) octet);
        }
        int length = head.toString().lines().filter(line -> line.startsWith("Content-Length: "))
                .mapToInt(line -> Integer.parseInt(line.substring(16))).findFirst().orElseThrow();
        return new Request(head.toString(), in.readNBytes(length));
    }

    @Override
    public void close() throws IOException {
        held.countDown();
        server.close();
        try {
            // Until then the port goes on taking connections.
            accepting.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
