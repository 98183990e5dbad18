package io.offhook.ingestor.esl;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioChannelOption;
import io.offhook.testkit.freeswitch.SimulatedFreeSwitch;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;

/** The kernel is asked what it was told. */
class EventLoopsTest {

    private static final EslTimings TIMINGS = new EslTimings(Duration.ofSeconds(5), Duration.ofSeconds(10),
            Duration.ofSeconds(60), Duration.ofMillis(250), Duration.ofSeconds(10), Duration.ofSeconds(30));

    private final SimulatedFreeSwitch node = SimulatedFreeSwitch.start();
    private EventLoopGroup loops;

    @AfterEach
    void stop() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        node.close();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void onLinuxADeadPeerIsFoundWithinTheUserTimeout() throws Exception {
        assertThat(Epoll.unavailabilityCause()).isNull();
        Channel channel = connected(EventLoops.start(1));
        assertThat(channel).isInstanceOf(EpollSocketChannel.class);
        assertThat(channel.config().getOption(EpollChannelOption.TCP_USER_TIMEOUT)).isEqualTo(30_000);
        assertThat(channel.config().getOption(EpollChannelOption.SO_KEEPALIVE)).isTrue();
        assertThat(channel.config().getOption(EpollChannelOption.TCP_KEEPIDLE)).isEqualTo(10);
        assertThat(channel.config().getOption(EpollChannelOption.TCP_KEEPINTVL)).isEqualTo(5);
        assertThat(channel.config().getOption(EpollChannelOption.TCP_KEEPCNT)).isEqualTo(4);
    }

    @Test
    void elsewhereByKeepAliveAlone() throws Exception {
        Channel channel = connected(new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()));
        assertThat(channel.config().getOption(NioChannelOption.SO_KEEPALIVE)).isTrue();
        assertThat(channel.config().getOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE))).isEqualTo(10);
        assertThat(channel.config().getOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL)))
                .isEqualTo(5);
        assertThat(channel.config().getOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT))).isEqualTo(4);
    }

    private Channel connected(EventLoopGroup group) throws InterruptedException {
        loops = group;
        return EventLoops.sockets(group.next(), TIMINGS).handler(new ChannelInboundHandlerAdapter())
                .connect("127.0.0.1", node.port()).sync().channel();
    }
}
