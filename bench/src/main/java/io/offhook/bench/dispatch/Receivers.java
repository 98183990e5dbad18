package io.offhook.bench.dispatch;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;

/**
 * The receivers of webhooks: one port each, so that a client sees as many hosts, and one thread for all, which does as little for a
 * request as it can, since it runs on the cores that are measured.
 */
final class Receivers implements AutoCloseable {

    /** Endpoints beyond these share them: more would need more open files than many systems grant. */
    static final int USUAL_PORTS = 1_000;
    /** Enough while connections are accepted at once, and filled soon once they are not. */
    private static final int BACKLOG = 16;
    private static final int FILLERS = 2 * BACKLOG;

    /** Called on the one thread for each request that is answered, when it has arrived; must be brief. */
    interface Listener {

        Listener NONE = (_, _, _, _) -> {};

        /** @param bytes hold the body from {@code at} on, until this returns */
        void received(int receiver, byte[] bytes, int at, int length);
    }

    /** One port. Its fault is read by the one thread and set by the bench. */
    static final class Door {

        final int number;
        private final ChannelGroup connections;
        private final List<SocketChannel> fillers = new ArrayList<>();
        private Channel listening;
        volatile Fault fault;

        private Door(int number, EventLoopGroup loop) {
            this.number = number;
            this.connections = new DefaultChannelGroup(loop.next());
        }
    }

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1,
            new DefaultThreadFactory("receivers", true), NioIoHandler.newFactory());
    private final List<Door> doors = new ArrayList<>();
    private final AtomicLongArray answered;
    private final byte[] scratch = new byte[ReceiverConnection.MAX_REQUEST];
    private volatile Listener listener = Listener.NONE;
    private volatile long delayMillis;

    /** @param ports beyond {@value #USUAL_PORTS} a system may not grant as many open files */
    Receivers(int ports) {
        answered = new AtomicLongArray(ports);
        for (int i = 0; i < ports; i++) {
            var door = new Door(i, loop);
            door.listening = listen(door);
            doors.add(door);
        }
    }

    private Channel listen(Door door) {
        return new ServerBootstrap().group(loop).channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG).childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel connection) {
                        door.connections.add(connection);
                        connection.pipeline().addLast(new ReceiverConnection(Receivers.this, door, scratch));
                    }
                }).bind(InetAddress.getLoopbackAddress(), 0).syncUninterruptibly().channel();
    }

    int count() {
        return doors.size();
    }

    /** @param endpoint any number; those beyond the ports share them */
    URI url(int endpoint) {
        Door door = doors.get(endpoint % doors.size());
        return URI.create("http://127.0.0.1:" + port(door) + "/hooks/" + endpoint);
    }

    private static int port(Door door) {
        return ((InetSocketAddress) door.listening.localAddress()).getPort();
    }

    /** Who hears of what arrives from now on. */
    void listen(Listener next) {
        listener = next;
    }

    /** How long each request waits for its answer from now on. */
    void delay(long millis) {
        delayMillis = millis;
    }

    long delayMillis() {
        return delayMillis;
    }

    /** Answered requests of all receivers. */
    long answered() {
        long sum = 0;
        for (int i = 0; i < answered.length(); i++) {
            sum += answered.get(i);
        }
        return sum;
    }

    void arrived(Door door, byte[] bytes, int at, int length) {
        listener.received(door.number, bytes, at, length);
    }

    void answered(Door door) {
        // One thread writes; nobody needs to see it at once.
        answered.lazySet(door.number, answered.getPlain(door.number) + 1);
    }

    /** From now on it is as good as dead. */
    void strike(int receiver, Fault fault) throws IOException {
        Door door = doors.get(receiver);
        int port = port(door);
        door.fault = fault;
        if (fault == Fault.REFUSED) {
            door.listening.close().syncUninterruptibly();
            door.connections.close().syncUninterruptibly();
        } else if (fault == Fault.BLACK_HOLE) {
            door.listening.config().setAutoRead(false);
            for (int i = 0; i < FILLERS; i++) {
                // The first ones fill the backlog, the others wait for a place in it, as everybody after them.
                var filler = SocketChannel.open();
                filler.configureBlocking(false);
                filler.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                door.fillers.add(filler);
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (Door door : doors) {
            for (SocketChannel filler : door.fillers) {
                filler.close();
            }
        }
        loop.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
