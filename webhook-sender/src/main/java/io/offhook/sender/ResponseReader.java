package io.offhook.sender;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.impl.BasicEntityDetails;
import org.apache.hc.core5.http.impl.DefaultConnectionReuseStrategy;
import org.apache.hc.core5.http.nio.AsyncClientExchangeHandler;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.nio.DataStreamChannel;
import org.apache.hc.core5.http.nio.RequestChannel;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.http.protocol.HttpCoreContext;

/**
 * Writes one request to a connection and reads its response, on the connection's I/O thread. The monitor guards the body alone: at a
 * deadline another thread reads what has arrived so far.
 */
final class ResponseReader implements AsyncClientExchangeHandler {

    /** What is read and kept of a response. */
    static final int MAX_BODY = 16 * 1024;

    private static final int SWITCHING_PROTOCOLS = 101;
    private static final char REPLACEMENT = '\uFFFD';

    /** How the exchange ended; called once, by the I/O thread. */
    interface Listener {

        /** @param reusable the connection can carry another request; otherwise it is to be closed */
        void received(ResponseReader from, HttpResponse response, boolean reusable);

        /** @param untouched not one byte of a response had arrived */
        void failed(ResponseReader from, Exception cause, boolean untouched);
    }

    private final HttpRequest request;
    private final ByteBuffer requestBody;
    private final Listener listener;
    /** Grows with what arrives: most responses are a few bytes, and 16 KiB for each would be most of the garbage. */
    private byte[] body = {};
    private int bodyLength;

    private HttpCoreContext context;
    private long receivedBefore;
    private boolean requestSent;
    private boolean truncated;
    private boolean ended;
    private volatile HttpResponse response;

    ResponseReader(HttpRequest request, byte[] requestBody, Listener listener) {
        this.request = request;
        this.requestBody = ByteBuffer.wrap(requestBody);
        this.listener = listener;
    }

    @Override
    public void produceRequest(RequestChannel channel, HttpContext httpContext) throws HttpException, IOException {
        context = HttpCoreContext.cast(httpContext);
        receivedBefore = receivedBytes();
        channel.sendRequest(request, new BasicEntityDetails(requestBody.remaining(), null), httpContext);
    }

    @Override
    public int available() {
        return requestBody.remaining();
    }

    @Override
    public void produce(DataStreamChannel channel) throws IOException {
        channel.write(requestBody);
        if (!requestBody.hasRemaining() && !requestSent) {
            requestSent = true;
            channel.endStream(null);
        }
    }

    @Override
    public void consumeInformation(HttpResponse information, HttpContext httpContext) throws HttpException {
        if (information.getCode() == SWITCHING_PROTOCOLS) {
            throw new ProtocolException("101 without an upgrade");
        }
    }

    @Override
    public void consumeResponse(HttpResponse head, EntityDetails entity, HttpContext httpContext) {
        response = head;
        if (entity == null) {
            received(true);
        }
    }

    @Override
    public void updateCapacity(CapacityChannel channel) throws IOException {
        channel.update(Integer.MAX_VALUE);
    }

    @Override
    public synchronized void consume(ByteBuffer source) {
        int taken = Math.min(source.remaining(), MAX_BODY - bodyLength);
        truncated = taken < source.remaining();
        if (bodyLength + taken > body.length) {
            body = Arrays.copyOf(body, Math.min(MAX_BODY, Math.max(bodyLength + taken, 2 * body.length)));
        }
        source.get(body, bodyLength, taken);
        bodyLength += taken;
        if (truncated) {
            received(false);
        }
    }

    @Override
    public void streamEnd(List<? extends Header> trailers) {
        received(true);
    }

    @Override
    public void failed(Exception cause) {
        if (!ended) {
            ended = true;
            listener.failed(this, cause, context == null || receivedBytes() == receivedBefore);
        }
    }

    @Override
    public void cancel() {
        failed(new ConnectionClosedException());
    }

    @Override
    public void releaseResources() {
        // Called after each exchange: an exception with its stack trace is only made where it is the outcome.
        if (!ended) {
            cancel();
        }
    }

    /** The status, once it has arrived; any thread. */
    Integer status() {
        HttpResponse head = response;
        return head == null ? null : head.getCode();
    }

    /**
     * The body's first 16 KiB as text, once the exchange has ended. Invalid UTF-8 is replaced, and so is NUL, which PostgreSQL's text
     * cannot hold; a character that the limit cuts in two is left out.
     */
    synchronized String excerpt() {
        if (bodyLength == 0) {
            return "";
        }
        var chars = CharBuffer.allocate(bodyLength);
        StandardCharsets.UTF_8.newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE)
                .decode(ByteBuffer.wrap(body, 0, bodyLength), chars, !truncated);
        return chars.flip().toString().replace('\0', REPLACEMENT);
    }

    /** What the receiver asked for, with or without an error. */
    Optional<Duration> retryAfter(Instant now) {
        HttpResponse head = response;
        Header header = head == null ? null : head.getFirstHeader(HttpHeaders.RETRY_AFTER);
        return header == null || header.getValue() == null
                ? Optional.empty()
                : RetryAfter.parse(header.getValue(), now);
    }

    private long receivedBytes() {
        return context.getEndpointDetails().getReceivedBytesCount();
    }

    private void received(boolean complete) {
        if (!ended) {
            ended = true;
            listener.received(this, response, complete && requestSent
                    && DefaultConnectionReuseStrategy.INSTANCE.keepAlive(request, response, context));
        }
    }
}
