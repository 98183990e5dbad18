package io.offhook.testkit.freeswitch;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** A client that knows sockets and the framing rule, and nothing of the code under test. */
final class RawClient implements Closeable {
    private final Socket socket;
    private final InputStream in;

    RawClient(SimulatedFreeSwitch server) throws IOException {
        this(server, "127.0.0.1", 0);
    }

    RawClient(SimulatedFreeSwitch server, String source, int receiveBuffer) throws IOException {
        socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.bind(new InetSocketAddress(InetAddress.getByName(source), 0));
        socket.connect(new InetSocketAddress("127.0.0.1", server.port()), 5_000);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(10_000);
        in = new BufferedInputStream(socket.getInputStream());
    }

    record Frame(Map<String, String> head, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        String type() {
            return head.getOrDefault("Content-Type", "");
        }

        EventData json() {
            return EventJson.parse(body);
        }
    }

    static RawClient subscribed(SimulatedFreeSwitch server, String subscription) throws IOException {
        RawClient client = new RawClient(server);
        client.login();
        client.command(subscription);
        return client;
    }

    void login() throws IOException {
        frame();
        command("auth ClueCon");
    }

    Frame command(String text) throws IOException {
        send(text + "\n\n");
        return frame();
    }

    void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
    }

    /** The next frame. */
    Frame frame() throws IOException {
        Map<String, String> head = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        StringBuilder line = new StringBuilder();
        while (true) {
            int octet = in.read();
            if (octet < 0) {
                throw new EOFException("after: " + head + line);
            }
            if (octet != '\n') {
                line.append((char) octet);
            } else if (line.isEmpty()) {
                byte[] body = in.readNBytes(Integer.parseInt(head.getOrDefault("Content-Length", "0")));
                return new Frame(head, body);
            } else {
                int colon = line.indexOf(": ");
                head.put(line.substring(0, colon), line.substring(colon + 2));
                line.setLength(0);
            }
        }
    }

    /** The next event whose name is that. */
    EventData event(String name) throws IOException {
        while (true) {
            Frame frame = frame();
            if (frame.type().equals("text/event-json") && frame.json().name().equals(name)) {
                return frame.json();
            }
        }
    }

    byte[] bytes(int count) throws IOException {
        return in.readNBytes(count);
    }

    /** Everything until the end of the connection. */
    byte[] rest() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        in.transferTo(all);
        return all.toByteArray();
    }

    /** What arrives until nothing has arrived for a while; for commands that are answered with an unknown number of frames. */
    String until(String end) throws IOException {
        StringBuilder text = new StringBuilder();
        while (!text.toString().endsWith(end)) {
            int octet = in.read();
            if (octet < 0) {
                throw new EOFException(text.toString());
            }
            text.append((char) octet);
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
