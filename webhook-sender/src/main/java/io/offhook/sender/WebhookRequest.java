package io.offhook.sender;

import java.nio.ByteBuffer;

import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.message.BasicHttpRequest;
import org.apache.hc.core5.http.nio.NHttpMessageWriter;
import org.apache.hc.core5.http.nio.SessionOutputBuffer;

/** A request whose head is written already; the library sees of it what it has to know to frame the body. */
final class WebhookRequest extends BasicHttpRequest {

    private static final long serialVersionUID = 1L;

    private final transient ByteBuffer head;

    WebhookRequest(Target target, HeadBuffer head, int bodyLength) {
        super("POST", target.requestTarget());
        this.head = head.readable();
        setHeader(ReservedHeaders.CONTENT_LENGTH, bodyLength);
    }

    /** Puts the head into a connection's buffer; there are no other requests than ours. */
    static final class Writer implements NHttpMessageWriter<HttpRequest> {

        @Override
        public void write(HttpRequest request, SessionOutputBuffer buffer) {
            buffer.write(((WebhookRequest) request).head);
        }

        @Override
        public void reset() {
            // Nothing is kept from one request to the next.
        }
    }
}
