package io.offhook.testkit.receiver;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.offhook.testkit.process.FreePort;

/**
 * A webhook receiver, on loopback unless told otherwise, HTTP/1.1, that keeps a ledger of all it was sent and behaves, or misbehaves, as the
 * path asks. Segments behind those listed are free and tell endpoints apart: {@code /ok/endpoint-7}.
 *
 * <table>
 * <caption>Behaviours</caption>
 * <tr><td>{@code /ok}, {@code /}</td><td>200</td></tr>
 * <tr><td>{@code /status/503}</td><td>that status, 200-599</td></tr>
 * <tr><td>{@code /delay/2000}</td><td>200 (or {@code ?status=}) after so many ms</td></tr>
 * <tr><td>{@code /hang/before}, {@code /hang/headers}, {@code /hang/body}</td><td>reads the request; stops before the
 * first byte of the response, within its headers, within its body</td></tr>
 * <tr><td>{@code /drip/100}</td><td>200, then one byte of body every 100 ms for as long as the client reads</td></tr>
 * <tr><td>{@code /reset}, {@code /reset/early}</td><td>TCP RST when the request, or its headers, are read; with a
 * query always the request</td></tr>
 * <tr><td>{@code /close}</td><td>TCP FIN without an answer</td></tr>
 * <tr><td>{@code /garbage}</td><td>bytes that are not HTTP, then FIN</td></tr>
 * <tr><td>{@code /huge/100000000}</td><td>200 with a body of so many bytes</td></tr>
 * <tr><td>{@code /gzip-bomb/100}</td><td>200 whose gzip body inflates to so many MiB, 1-100000, 100 by default</td></tr>
 * <tr><td>{@code /redirect?to=URL}</td><td>302 (or {@code ?status=}) with that location</td></tr>
 * <tr><td>{@code /retry-after/5}, {@code /retry-after?date=HTTP-DATE}</td><td>429 (or {@code ?status=}) with that
 * Retry-After</td></tr>
 * <tr><td>{@code /gone}</td><td>410</td></tr>
 * <tr><td>{@code /fail-first/3}</td><td>500 (or {@code ?status=}) to the first three tries of each webhook-id on that
 * path, then 200</td></tr>
 * </table>
 *
 * <p>Query parameters for all of them: {@code delay=} ms before anything else, {@code first=N} misbehaves on the first
 * N tries of each webhook-id only, {@code retry-after=} adds the header to a complete response. A path that names
 * no behaviour gets 404 with the reason, unless {@link Builder#otherwise} says something else.
 */
public final class WebhookReceiver implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final int BACKLOG = 1024;
    private static final Duration REFUSAL_LIMIT = Duration.ofSeconds(5);
    private static final int CONNECT_MILLIS = 1000;

    private final String bindAddress;
    private final int port;
    private final SslContext tls;
    private final TestAuthority authority;
    private final Behaviours behaviours;
    private final Ledger ledger;
    private final Reception reception;
    private final int maxBodyBytes;
    private final InFlight inFlight = new InFlight();
    private final AtomicLong connections = new AtomicLong();
    private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final EventLoopGroup eventLoop;
    private Channel listening;

    private WebhookReceiver(Builder builder) {
        bindAddress = builder.bindAddress;
        port = builder.port == 0 ? FreePort.find() : builder.port;
        authority = builder.authority;
        tls = builder.tls == null ? null : builder.tls.serverContext(authority);
        behaviours = new Behaviours(builder.otherwise);
        ledger = new Ledger(builder.detail, builder.ledgerLimit);
        reception = new Reception(behaviours, ledger, builder.listener, InstantSource.system());
        maxBodyBytes = builder.maxBodyBytes;
        eventLoop = new MultiThreadIoEventLoopGroup(builder.threads, new DefaultThreadFactory("webhook-receiver", true),
                NioIoHandler.newFactory());
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A plain HTTP receiver on a free port. */
    public static WebhookReceiver start() {
        return builder().start();
    }

    public int port() {
        return port;
    }

    /** The URL of a path here, {@code https} with TLS; the host is {@code 127.0.0.1}, with TLS {@code localhost}. */
    public URI url(String path) {
        return URI.create((tls == null ? "http://" + HOST : "https://localhost") + ":" + port + path);
    }

    public Ledger ledger() {
        return ledger;
    }

    /** The test authority that signed this receiver's certificate, for the client's trust store. */
    public TestAuthority authority() {
        return authority;
    }

    /**
     * Sets what a path (without query) does from now on, in place of what its name says. Called on the event loop, so it
     * must not block; an exception becomes a 500 with its text.
     */
    public WebhookReceiver on(String path, Function<Received, Answer> behaviour) {
        behaviours.set(path, behaviour);
        return this;
    }

    /** How many connections are open. */
    public int openConnections() {
        return open.size();
    }

    /** How many requests this path (without query) is busy with: read, and neither answered nor given up. */
    public int inFlight(String path) {
        return inFlight.now(path);
    }

    /** The most requests that this path was ever busy with at once. */
    public int maxInFlight(String path) {
        return inFlight.most(path);
    }

    /** Stops listening and closes all connections: connecting is refused until {@link #up()}. Keeps ledger and port. */
    public synchronized WebhookReceiver down() {
        if (listening != null) {
            listening.close().syncUninterruptibly();
            listening = null;
            open.close().syncUninterruptibly();
            awaitRefusal();
        }
        return this;
    }

    /** The kernel goes on taking connections until the selector has let go of the closed socket, a moment later. */
    private void awaitRefusal() {
        long deadline = System.nanoTime() + REFUSAL_LIMIT.toNanos();
        while (System.nanoTime() - deadline < 0) {
            try (Socket taken = new Socket()) {
                taken.connect(new InetSocketAddress(HOST, port), CONNECT_MILLIS);
            } catch (IOException e) {
                return;
            }
            Thread.onSpinWait();
        }
        throw new IllegalStateException("port " + port + " still takes connections after " + REFUSAL_LIMIT);
    }

    /**
     * Listens again on the same port; does nothing when it does.
     *
     * @throws IllegalStateException when the port is taken
     */
    public synchronized WebhookReceiver up() {
        if (listening != null) {
            return this;
        }
        ServerBootstrap bootstrap = new ServerBootstrap().group(eventLoop).channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true).option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true).childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        open.add(channel);
                        if (tls != null) {
                            channel.pipeline().addLast(tls.newHandler(channel.alloc()));
                        }
                        ReceiverConnection.install(channel.pipeline(), connections.incrementAndGet(), reception,
                                inFlight, maxBodyBytes);
                    }
                });
        ChannelFuture bound = bootstrap.bind(new InetSocketAddress(bindAddress, port)).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IllegalStateException(
                    "cannot listen on " + bindAddress + ":" + port + ": " + bound.cause().getMessage(), bound.cause());
        }
        listening = bound.channel();
        return this;
    }

    /** As new: listens, with an empty ledger, no behaviour set in code, no try counted. Connections stay open. */
    public WebhookReceiver resetAll() {
        up();
        behaviours.reset();
        ledger.clear();
        inFlight.reset();
        return this;
    }

    /** Stops listening and closes all connections for good. The ledger can still be read. */
    @Override
    public void close() {
        down();
        eventLoop.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /** Settings of a receiver. */
    public static final class Builder {
        private String bindAddress = HOST;
        private int port;
        private int threads = 1;
        private TlsVariant tls;
        private TestAuthority authority;
        private Ledger.Detail detail = Ledger.Detail.ENTRIES;
        private int ledgerLimit = 1_000_000;
        private int maxBodyBytes = 16 * 1024 * 1024;
        private Function<Received, Answer> otherwise;
        private Consumer<Received> listener = entry -> {};

        private Builder() {}

        /** Address to listen on; 127.0.0.1 by default, and it has to be among those that this one takes. */
        public Builder bindAddress(String address) {
            this.bindAddress = address;
            return this;
        }

        /** 0, the default, for a free one. */
        public Builder port(int port) {
            this.port = port;
            return this;
        }

        /** Event loop threads; 1 by default, which is good for 20,000 webhooks per second. */
        public Builder threads(int threads) {
            this.threads = threads;
            return this;
        }

        /** HTTPS with a certificate from an authority made for this receiver. */
        public Builder tls(TlsVariant variant) {
            return tls(variant, TestAuthority.create());
        }

        /** HTTPS with a certificate from this authority. */
        public Builder tls(TlsVariant variant, TestAuthority authority) {
            this.tls = variant;
            this.authority = authority;
            return this;
        }

        /** How much the ledger keeps; everything by default. */
        public Builder detail(Ledger.Detail detail) {
            this.detail = detail;
            return this;
        }

        /** How many requests the ledger holds; 1,000,000 by default. With more, looking at entries fails. */
        public Builder ledgerLimit(int requests) {
            this.ledgerLimit = requests;
            return this;
        }

        /** The longest request body; 16 MiB by default. A longer one is answered 413 and not recorded. */
        public Builder maxBodyBytes(int bytes) {
            this.maxBodyBytes = bytes;
            return this;
        }

        /** What paths do that name no behaviour; 404 by default. */
        public Builder otherwise(Function<Received, Answer> behaviour) {
            this.otherwise = behaviour;
            return this;
        }

        /** Is told of each request before it is answered, on the event loop. */
        public Builder listener(Consumer<Received> listener) {
            this.listener = listener;
            return this;
        }

        /** @throws IllegalStateException when the port is taken */
        public WebhookReceiver start() {
            WebhookReceiver receiver = new WebhookReceiver(this);
            try {
                return receiver.up();
            } catch (IllegalStateException e) {
                // Its threads would stay.
                receiver.close();
                throw e;
            }
        }
    }
}
