package io.offhook.sender;

import java.io.IOException;
import java.nio.channels.ClosedSelectorException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

import javax.net.ssl.SSLContext;

import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.ssl.ClientTlsStrategyBuilder;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.HttpRequestInterceptor;
import org.apache.hc.core5.http.config.CharCodingConfig;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.DefaultConnectionReuseStrategy;
import org.apache.hc.core5.http.impl.nio.ClientHttp1IOEventHandlerFactory;
import org.apache.hc.core5.http.impl.nio.ClientHttp1StreamDuplexerFactory;
import org.apache.hc.core5.http.impl.nio.DefaultHttpResponseParserFactory;
import org.apache.hc.core5.http.nio.ssl.TlsStrategy;
import org.apache.hc.core5.http.protocol.DefaultHttpProcessor;
import org.apache.hc.core5.http2.HttpVersionPolicy;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.DefaultConnectingIOReactor;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.reactor.ssl.SSLBufferMode;
import org.apache.hc.core5.reactor.ssl.TransportSecurityLayer;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens connections, on the I/O reactor of Apache HttpComponents. The reactor rather than HttpClient's façade: it says when TCP and
 * when TLS is ready, which the two deadlines of an attempt need, it takes an address and resolves nothing, and it follows no redirect,
 * retries nothing, decompresses nothing and knows no cookies because those all live in the façade.
 */
final class Connector implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Connector.class);

    /** How often the reactor looks at its time-outs; its own 1 s would let a connect time-out of 1 s last 2 s. */
    private static final TimeValue SELECT_INTERVAL = TimeValue.ofMilliseconds(50);
    private static final int MAX_HEADERS = 100;
    private static final int MAX_LINE = 8_192;
    /**
     * A connection has three buffers, which grow when they have to: a request with its body fits in one. The library's own 32 KiB each were
     * 463 MB for 4,700 connections.
     */
    private static final int BUFFER_BYTES = 4_096;

    private final DefaultConnectingIOReactor reactor;
    private final TlsStrategy tls;
    private final TlsConfig http1Only = TlsConfig.custom().setVersionPolicy(HttpVersionPolicy.FORCE_HTTP_1).build();
    private final LongAdder opened = new LongAdder();

    Connector(SSLContext sslContext) {
        // Buffers of TLS only while something is read or written: kept, they were 45 KB of each idle connection.
        tls = ClientTlsStrategyBuilder.create().setSslContext(sslContext).setSslBufferMode(SSLBufferMode.DYNAMIC)
                .buildAsync();
        var http1 = Http1Config.custom().setBufferSize(BUFFER_BYTES).setMaxHeaderCount(MAX_HEADERS)
                .setMaxLineLength(MAX_LINE).build();
        var noInterceptors = new DefaultHttpProcessor(new HttpRequestInterceptor[0]);
        var parsers = new DefaultHttpResponseParserFactory(http1);
        var duplexers = new ClientHttp1StreamDuplexerFactory(noInterceptors, http1, CharCodingConfig.DEFAULT,
                DefaultConnectionReuseStrategy.INSTANCE, () -> new BoundedHeadParser(parsers.create()),
                WebhookRequest.Writer::new, null);
        reactor = new DefaultConnectingIOReactor(new ClientHttp1IOEventHandlerFactory(duplexers, null, null),
                IOReactorConfig.custom().setSelectInterval(SELECT_INTERVAL).setTcpNoDelay(true).build(),
                Thread.ofPlatform().daemon().name("webhook-io-", 0).factory(), null,
                this::onReactorFailure, null, null);
        reactor.start();
    }

    private void onReactorFailure(Exception failure) {
        // Closing the reactor closes selectors under its own threads, which they report.
        if (!(failure instanceof ClosedSelectorException)) {
            log.error("An I/O thread met an unexpected failure; it goes on", failure);
        }
    }

    /** How opening a connection went on. Called on an I/O thread, or on the caller's when the failure is immediate. */
    interface Listener {

        /** TCP is connected, TLS begins on this session. */
        void handshaking(IOSession session);

        void opened(Connection connection);

        void failed(Exception cause);
    }

    /**
     * Begins to connect; the listener hears the end once, except after a cancellation, where it may hear nothing.
     *
     * @param limit for TCP and again for TLS; whoever needs a common deadline cancels and closes
     * @return cancels the TCP part; once {@link Listener#handshaking} was called, its session is what is to be closed
     */
    Future<?> open(Route route, Duration limit, Listener listener) {
        var timeout = Timeout.of(limit);
        return reactor.connect(route, route.socketAddress(), null, timeout, null,
                callback(session -> connected(route, session, timeout, listener), listener::failed));
    }

    long opened() {
        return opened.sum();
    }

    @Override
    public void close() {
        reactor.close(CloseMode.IMMEDIATE);
    }

    private void connected(Route route, IOSession session, Timeout timeout, Listener listener) {
        if (!route.secure()) {
            ready(route, session, listener);
            return;
        }
        if (!(session instanceof TransportSecurityLayer layer)) {
            session.close(CloseMode.IMMEDIATE);
            listener.failed(new IOException("the session has no transport security"));
            return;
        }
        listener.handshaking(session);
        tls.upgrade(layer, route, http1Only, timeout, callback(_ -> ready(route, session, listener), cause -> {
            session.close(CloseMode.IMMEDIATE);
            listener.failed(cause);
        }));
    }

    private void ready(Route route, IOSession session, Listener listener) {
        // From here on the attempt's own deadline watches, and the idle time of the pool.
        session.setSocketTimeout(Timeout.DISABLED);
        opened.increment();
        listener.opened(new Connection(route, session, System.nanoTime()));
    }

    private static <T> FutureCallback<T> callback(Consumer<T> completed, Consumer<Exception> failed) {
        return new FutureCallback<>() {

            @Override
            public void completed(T result) {
                completed.accept(result);
            }

            @Override
            public void failed(Exception cause) {
                failed.accept(cause);
            }

            @Override
            public void cancelled() {
                failed.accept(new IOException("cancelled"));
            }
        };
    }
}
