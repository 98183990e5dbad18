package io.offhook.bench.ingestor;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * A port that speaks just enough of the event socket to be listened to: it accepts any password and subscription, has no channels to
 * show, and sends what it is given. No heartbeats: their counts would have to fit calls that nobody keeps.
 */
public final class ReplayedNode implements Closeable {

    private final ServerSocketChannel server = ServerSocketChannel.open();
    private final byte[] core;
    private volatile SocketChannel listener;

    /** @param core the Core-UUID that it answers with */
    public ReplayedNode(byte[] core) throws IOException {
        this.core = core;
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread.ofVirtual().start(this::accept);
    }

    int port() throws IOException {
        return ((InetSocketAddress) server.getLocalAddress()).getPort();
    }

    byte[] core() {
        return core;
    }

    boolean isSubscribed() { return listener != null; }

    /** Blocks while the listener does not read. @throws IOException when it has gone */
    void send(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            listener.write(bytes);
        }
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel client = server.accept();
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException e) {
            // Closed: there is nobody left to serve.
        }
    }

    private void serve(SocketChannel client) {
        try (client) {
            reply(client, "Content-Type: auth/request\n\n");
            var read = ByteBuffer.allocate(8192);
            var pending = new StringBuilder();
            while (client.read(read.clear()) >= 0) {
                pending.append(StandardCharsets.UTF_8.decode(read.flip()));
                int end = pending.indexOf("\n\n");
                while (end >= 0) {
                    answer(client, pending.substring(0, end));
                    pending.delete(0, end + 2);
                    end = pending.indexOf("\n\n");
                }
            }
        } catch (IOException e) {
            // The ingestor has gone, as it does at the end; sending to it fails then, which is told.
        }
    }

    private void answer(SocketChannel client, String command) throws IOException {
        if (!command.startsWith("api ")) {
            reply(client, "Content-Type: command/reply\nReply-Text: +OK accepted\n\n");
            if (command.startsWith("event ")) {
                listener = client;
            }
            return;
        }
        String body = switch (command.substring("api ".length())) {
            case "global_getvar core_uuid" -> new String(core, StandardCharsets.US_ASCII);
            case "show channels as json" -> "{\"row_count\":0}\n";
            case String question when question.startsWith("uuid_exists") -> "true";
            default -> "+OK\n";
        };
        reply(client, "Content-Type: api/response\nContent-Length: " + body.length() + "\n\n" + body);
    }

    private static void reply(SocketChannel client, String text) throws IOException {
        var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            client.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        if (listener != null) {
            listener.close();
        }
    }
}
