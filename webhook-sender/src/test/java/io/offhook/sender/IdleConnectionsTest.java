package io.offhook.sender;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import javax.net.ssl.SSLContext;

import org.apache.hc.core5.reactor.IOSession;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class IdleConnectionsTest {

    private final AtomicLong nanoTime = new AtomicLong(System.nanoTime());
    private final IdleConnections idle = new IdleConnections(nanoTime::get);

    @Test
    void closesWhatHasBeenIdleFor30Seconds() throws Exception {
        try (var receiver = new RawReceiver(RawReceiver.Conversation::awaitClose);
                var connector = new Connector(SSLContext.getDefault())) {
            Connection connection = open(connector, route(receiver, false));
            idle.put(connection, Duration.ofHours(1));
            pass(Duration.ofSeconds(29));
            idle.evict();
            assertThat(idle.size()).isEqualTo(1);

            pass(Duration.ofSeconds(2));
            idle.evict();

            assertThat(idle.size()).isZero();
            Awaitility.await().until(() -> receiver.closedByPeer() == 1);
        }
    }

    @Test
    void keepsNoLongerThanTheReceiverPromisesNorThanFiveMinutesInAll() throws Exception {
        try (var receiver = new RawReceiver(RawReceiver.Conversation::awaitClose);
                var connector = new Connector(SSLContext.getDefault())) {
            Route route = route(receiver, false);
            Connection connection = open(connector, route);
            idle.put(connection, Duration.ofSeconds(5));
            pass(Duration.ofSeconds(4));
            assertThat(idle.take(route)).contains(connection);
            for (int used = 0; used < 14; used++) {
                idle.put(connection, Duration.ofHours(1));
                pass(Duration.ofSeconds(20));
                assertThat(idle.take(route)).contains(connection);
            }
            idle.put(connection, Duration.ofHours(1));
            pass(Duration.ofSeconds(20));
            assertThat(idle.take(route)).isEmpty();
            Awaitility.await().until(() -> receiver.closedByPeer() == 1);
        }
    }

    @Test
    void takesLeaveOfATlsPeer(@TempDir Path directory) throws Exception {
        SelfSigned certificate = SelfSigned.create(directory);
        try (var receiver = new RawReceiver(certificate.listen(), RawReceiver.Conversation::awaitClose);
                var connector = new Connector(certificate.trust())) {
            idle.put(open(connector, route(receiver, true)), Duration.ofHours(1));
            idle.closeAll();

            Awaitility.await().until(() -> receiver.closedByPeer() == 1);
        }
    }

    private static Route route(RawReceiver receiver, boolean secure) {
        return new Route(secure, "hook.example", receiver.port(), InetAddress.getLoopbackAddress());
    }

    private static Connection open(Connector connector, Route route) throws Exception {
        var opened = new CompletableFuture<Connection>();
        connector.open(route, Duration.ofSeconds(10), new Connector.Listener() {

            @Override
            public void handshaking(IOSession session) {
                // Nothing to do: the test waits for the end.
            }

            @Override
            public void opened(Connection connection) {
                opened.complete(connection);
            }

            @Override
            public void failed(Exception cause) {
                opened.completeExceptionally(cause);
            }
        });
        return opened.get(20, TimeUnit.SECONDS);
    }

    private void pass(Duration time) {
        nanoTime.addAndGet(time.toNanos());
    }
}
