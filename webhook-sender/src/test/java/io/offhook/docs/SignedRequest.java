package io.offhook.docs;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import io.offhook.model.CallEventMessage;
import io.offhook.sender.SigningSecret;
import io.offhook.testkit.receiver.Received;
import io.offhook.testkit.receiver.WebhookReceiver;

/** A webhook as it went over the wire, which can be changed on the way. */
record SignedRequest(Map<String, String> headers, byte[] body) {

    private static final Set<String> OF_THE_CONNECTION = Set.of("host", "content-length", "connection");
    /** A receiver that says nothing for so long has failed. */
    private static final int LIMIT_MILLIS = 30_000;

    /** What that sender makes of the event. */
    static SignedRequest by(ProductSender sender, CallEventMessage event, SigningSecret... secrets) {
        try (WebhookReceiver receiver = WebhookReceiver.start()) {
            sender.send(receiver.url("/ok"), event, secrets);
            Received received = receiver.ledger().all().getFirst();
            var headers = new LinkedHashMap<String, String>();
            received.headers().forEach(header -> headers.put(header.name().toLowerCase(Locale.ROOT), header.value()));
            headers.keySet().removeAll(OF_THE_CONNECTION);
            return new SignedRequest(headers, received.body());
        }
    }

    /** @param value {@code null} leaves the header out */
    SignedRequest with(String header, String value) {
        var changed = new LinkedHashMap<>(headers);
        changed.put(header, value);
        if (value == null) {
            changed.remove(header);
        }
        return new SignedRequest(changed, body);
    }

    SignedRequest withBody(byte[] other) {
        return new SignedRequest(headers, other);
    }

    /** @return the status that the receiver answers */
    int post(URI url) throws IOException {
        try (var socket = new Socket(url.getHost(), url.getPort())) {
            socket.setSoTimeout(LIMIT_MILLIS);
            var head = new StringBuilder("POST ").append(url.getPath()).append(" HTTP/1.1\r\nhost: ")
                    .append(url.getAuthority()).append("\r\nconnection: close\r\ncontent-length: ")
                    .append(body.length).append("\r\n");
            headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
            var out = socket.getOutputStream();
            out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
            out.write(body);
            out.flush();
            var in = new BufferedReader(
                    new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            String statusLine = in.readLine();
            if (statusLine == null) {
                throw new IOException("closed without an answer");
            }
            return Integer.parseInt(statusLine.split(" ")[1]);
        }
    }
}
