package io.offhook.testkit.receiver;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A socket that sends requests by hand and reads what comes back byte by byte. */
final class RawClient implements AutoCloseable {
    private final Socket socket;

    RawClient(WebhookReceiver receiver) throws IOException {
        socket = new Socket("127.0.0.1", receiver.port());
        socket.setSoTimeout(10_000);
    }

    RawClient post(String target, String id) throws IOException {
        return send("POST " + target + " HTTP/1.1\r\nhost: x\r\nwebhook-id: " + id + "\r\ncontent-length: 2\r\n\r\n{}");
    }

    RawClient send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** Reads exactly what is expected to come, or less at the end of the stream. */
    String read(int bytes) throws IOException {
        return new String(socket.getInputStream().readNBytes(bytes), StandardCharsets.ISO_8859_1);
    }

    /** Reads to the end of the stream. */
    String readAll() throws IOException {
        InputStream in = socket.getInputStream();
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    /** Reads one byte, waiting so long at most; -1 at the end of the stream. */
    int readByte(int timeoutMillis) throws IOException {
        socket.setSoTimeout(timeoutMillis);
        return socket.getInputStream().read();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
