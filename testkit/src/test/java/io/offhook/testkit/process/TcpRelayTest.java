package io.offhook.testkit.process;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

class TcpRelayTest {
    private final BlockingQueue<Socket> accepted = new ArrayBlockingQueue<>(10);
    private ServerSocket server;
    private Thread accepting;
    private TcpRelay relay;

    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        accepting = Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    accepted.add(server.accept());
                }
            } catch (IOException e) {
                // The test is over.
            }
        });
        relay = TcpRelay.to(server.getLocalPort());
    }

    @AfterEach
    void end() throws IOException {
        relay.close();
        server.close();
    }

    private Socket connect() throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), relay.port());
        client.setSoTimeout(10_000);
        return client;
    }

    private Socket other() throws Exception {
        Socket socket = accepted.poll(10, TimeUnit.SECONDS);
        socket.setSoTimeout(10_000);
        return socket;
    }

    @Test
    void bytesAndEndsPassBothWays() throws Exception {
        try (Socket client = connect(); Socket other = other()) {
            client.getOutputStream().write("to".getBytes());
            assertThat(other.getInputStream().readNBytes(2)).asString().isEqualTo("to");
            other.getOutputStream().write("back".getBytes());
            assertThat(client.getInputStream().readNBytes(4)).asString().isEqualTo("back");
            client.shutdownOutput();
            assertThat(other.getInputStream().read()).isEqualTo(-1);
            other.getOutputStream().write("still".getBytes());
            assertThat(client.getInputStream().readNBytes(5)).asString().isEqualTo("still");
            assertThat(relay.relayedBytes()).isEqualTo(11);
            other.shutdownOutput();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            await().until(() -> relay.connections() == 0);
        }
    }

    @Test
    void aStalledRelayKeepsConnectionsOpenAndDeliversLater() throws Exception {
        try (Socket client = connect(); Socket other = other()) {
            relay.stall();
            client.getOutputStream().write("to".getBytes());
            other.getOutputStream().write("back".getBytes());
            other.shutdownOutput();
            // A new one is taken too, and gets as little.
            try (Socket late = connect()) {
                await().until(() -> relay.connections() == 2);
                late.setSoTimeout(50);
                assertThatThrownBy(() -> late.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
                assertThat(relay.relayedBytes()).isZero();
                relay.resume();
                assertThat(other.getInputStream().readNBytes(2)).asString().isEqualTo("to");
                assertThat(client.getInputStream().readNBytes(4)).asString().isEqualTo("back");
                assertThat(client.getInputStream().read()).isEqualTo(-1);
                other().close();
            }
        }
    }

    @Test
    void aCutEndsBothSidesAndLetsNewConnectionsIn() throws Exception {
        try (Socket client = connect(); Socket other = other()) {
            await().until(() -> relay.connections() == 1);
            relay.cut();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            assertThat(other.getInputStream().read()).isEqualTo(-1);
        }
        try (Socket client = connect(); Socket other = other()) {
            relay.reset();
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
            assertThatThrownBy(() -> other.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void aRefusingRelayKeepsWhatIsThereAndTakesOthersAgainWhenTold() throws Exception {
        try (Socket client = connect(); Socket other = other()) {
            relay.refuse();
            assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
            client.getOutputStream().write('x');
            assertThat(other.getInputStream().read()).isEqualTo('x');
            relay.listen();
            try (Socket again = connect(); Socket behind = other()) {
                again.getOutputStream().write('y');
                assertThat(behind.getInputStream().read()).isEqualTo('y');
            }
        }
    }

    @Test
    void whereNobodyIsBehindItAConnectionEndsAtOnce() throws Exception {
        server.close();
        accepting.join();
        try (Socket client = connect()) {
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }
}
