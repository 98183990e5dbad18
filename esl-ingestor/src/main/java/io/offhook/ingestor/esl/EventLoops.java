package io.offhook.ingestor.esl;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import jdk.net.ExtendedSocketOptions;

/**
 * The threads that sockets of nodes are read on, and the sockets. Linux's epoll where its native library loads, since it alone sets
 * the user time-out; else the JDK's, with keep-alive alone.
 */
public final class EventLoops {

    /** Unanswered probes before keep-alive gives up. */
    private static final int KEEPALIVE_PROBES = 4;

    private EventLoops() {}

    /** @param threads 1 or more; the owner shuts the group down */
    public static EventLoopGroup start(int threads) {
        return new MultiThreadIoEventLoopGroup(threads,
                Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }

    /**
     * Sockets that notice a dead peer: unacknowledged data within the user time-out, an idle line by keep-alive within the same
     * (a third of it idle, then four probes a sixth apart: 10 s + 4 x 5 s = 30 s). FreeSWITCH sets neither on its side.
     */
    static Bootstrap sockets(EventLoop loop, EslTimings timings) {
        var sockets = new Bootstrap().group(loop)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) timings.connect().toMillis())
                .option(ChannelOption.SO_KEEPALIVE, true).option(ChannelOption.TCP_NODELAY, true);
        int idle = (int) Math.max(1, timings.userTimeout().toSeconds() / 3);
        int interval = (int) Math.max(1, timings.userTimeout().toSeconds() / 6);
        if (loop instanceof IoEventLoop io && io.isIoType(EpollIoHandler.class)) {
            return sockets.channel(EpollSocketChannel.class)
                    .option(EpollChannelOption.TCP_USER_TIMEOUT, (int) timings.userTimeout().toMillis())
                    .option(EpollChannelOption.TCP_KEEPIDLE, idle)
                    .option(EpollChannelOption.TCP_KEEPINTVL, interval)
                    .option(EpollChannelOption.TCP_KEEPCNT, KEEPALIVE_PROBES);
        }
        return sockets.channel(NioSocketChannel.class)
                .option(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), idle)
                .option(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), interval)
                .option(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), KEEPALIVE_PROBES);
    }
}
