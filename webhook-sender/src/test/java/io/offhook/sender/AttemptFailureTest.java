package io.offhook.sender;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import javax.net.ssl.SSLContext;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Each way to fail has its error, and no receiver holds an attempt beyond its deadlines. */
class AttemptFailureTest {

    /** Above the time-outs of 1 s by far more than a busy machine needs, below anything that "hangs". */
    private static final Duration SLACK = Duration.ofSeconds(5);

    @Test
    void refusedConnection() throws Exception {
        int port;
        try (var closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        try (var fixture = new SenderFixture()) {
            AttemptResult result = fixture.send("http://127.0.0.1:" + port);

            assertFailed(result, AttemptError.CONNECT_REFUSED);
            assertThat(result.remoteAddress()).isEqualTo("127.0.0.1:" + port);
            assertThat(fixture.sender.connections().opened()).isZero();
        }
    }

    @Test
    void nameThatDoesNotResolve() throws Exception {
        try (var fixture = new SenderFixture(host -> {
            throw new UnknownHostException(host);
        }, SSLContext.getDefault(), "")) {
            AttemptResult result = fixture.send("http://nowhere.example/");

            assertFailed(result, AttemptError.DNS);
            assertThat(result.errorDetail()).contains("nowhere.example");
        }
    }

    @Test
    void nameServerThatNeverAnswers() throws Exception {
        var release = new CountDownLatch(1);
        try (var fixture = new SenderFixture(host -> {
            awaitQuietly(release);
            throw new UnknownHostException(host);
        }, SSLContext.getDefault(), "")) {
            assertFailed(fixture.send(SenderFixture.endpoint("http://slow.example/", 1, 1)), AttemptError.DNS);
        } finally {
            release.countDown();
        }
    }

    @Test
    void blockedAddressIsNamed() throws Exception {
        try (var receiver = RawReceiver.ok();
                var fixture = new SenderFixture(_ -> List.of(InetAddress.getLoopbackAddress()), SSLContext.getDefault(),
                        "")) {
            AttemptResult result = fixture.send("http://inside.example:" + receiver.port());

            assertFailed(result, AttemptError.BLOCKED_ADDRESS);
            assertThat(result.errorDetail()).contains("127.0.0.1");
            assertThat(result.remoteAddress()).isNull();
            assertThat(receiver.accepted()).isZero();
        }
    }

    @Test
    void blackHoleEndsAtTheConnectionDeadline() throws Exception {
        try (var hole = new ServerSocket(0, 1, InetAddress.getLoopbackAddress()); var fixture = new SenderFixture()) {
            List<Socket> backlog = fillBacklog(hole);

            assertFailed(fixture.send(SenderFixture.endpoint("http://127.0.0.1:" + hole.getLocalPort(), 1, 30)),
                    AttemptError.CONNECT_TIMEOUT);
            for (Socket socket : backlog) {
                socket.close();
            }
        }
    }

    @Test
    void blackHoleAmongTheAddressesLeavesTimeForTheNext() throws Exception {
        InetAddress deadAddress = InetAddress.ofLiteral("127.0.0.2");
        try (var receiver = RawReceiver.ok();
                var hole = new ServerSocket(receiver.port(), 1, deadAddress);
                var fixture = new SenderFixture(_ -> List.of(deadAddress, InetAddress.getLoopbackAddress()),
                        SSLContext.getDefault(), "127.0.0.0/8")) {
            List<Socket> backlog = fillBacklog(hole);

            AttemptResult result = fixture.send(SenderFixture.endpoint("http://two.example:" + receiver.port(), 2, 2));

            assertThat(result.delivered()).isTrue();
            assertThat(result.remoteAddress()).startsWith("127.0.0.1:");
            for (Socket socket : backlog) {
                socket.close();
            }
        }
    }

    @Test
    void receiverThatNeverAnswersLosesItsConnection() throws Exception {
        try (var receiver = new RawReceiver(conversation -> {
            conversation.readRequest();
            conversation.awaitClose();
        }); var fixture = new SenderFixture()) {
            AttemptResult result = fixture.send(SenderFixture.endpoint("http://127.0.0.1:" + receiver.port(), 30, 1));

            assertFailed(result, AttemptError.REQUEST_TIMEOUT);
            assertThat(result.slowsLane()).isTrue();
            assertThat(result.statusCode()).isNull();
            Awaitility.await().until(() -> receiver.closedByPeer() == 1);
            assertThat(fixture.sender.connections().idle()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", "HTTP/1.1 200 OK\r\nX-Drip: ", "\r\n",
            "HTTP/1.1 100 Continue\r\n\r\n"})
    void dripDoesNotMoveTheRequestDeadline(String start) throws Exception {
        try (var receiver = new RawReceiver(conversation -> {
            conversation.readRequest();
            conversation.write(start);
            while (conversation.staysOpenFor(20)) {
                conversation.write("x");
            }
        }); var fixture = new SenderFixture()) {
            AttemptResult result = fixture.send(SenderFixture.endpoint("http://127.0.0.1:" + receiver.port(), 30, 1));

            assertFailed(result, AttemptError.REQUEST_TIMEOUT);
            Awaitility.await().until(() -> receiver.closedByPeer() == 1);
        }
    }

    @Test
    void resetInsteadOfAnAnswer() throws Exception {
        try (var receiver = new RawReceiver(conversation -> {
            conversation.readRequest();
            conversation.socket().setSoLinger(true, 0);
        }); var fixture = new SenderFixture()) {
            assertFailed(fixture.send("http://127.0.0.1:" + receiver.port()), AttemptError.CONNECTION_RESET);
            assertThat(receiver.accepted()).as("a fresh connection is not retried").isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"})
    void closeBeforeTheResponseIsComplete(String response) throws Exception {
        try (var receiver = new RawReceiver(conversation -> {
            conversation.readRequest();
            conversation.write(response);
        }); var fixture = new SenderFixture()) {
            assertFailed(fixture.send("http://127.0.0.1:" + receiver.port()), AttemptError.CONNECTION_RESET);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SSH-2.0-OpenSSH_9.9\r\n", "220 mail.example ESMTP\r\n", "HTTP/2.0 200 OK\r\n\r\n",
            "HTTP/1.1 banana OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "HTTP/1.1 101 Switching Protocols\r\n\r\n",
            "HTTP/1.1 042 Low\r\n\r\n"})
    void whatIsNoHttpResponse(String response) throws Exception {
        try (var receiver = new RawReceiver(conversation -> {
            conversation.readRequest();
            conversation.write(response);
            conversation.awaitClose();
        }); var fixture = new SenderFixture()) {
            assertFailed(fixture.send("http://127.0.0.1:" + receiver.port()), AttemptError.RESPONSE_INVALID);
            Awaitility.await().until(() -> receiver.closedByPeer() == 1);
        }
    }

    @Test
    void headThatIsTooBigAsAWholeIsCutOff() throws Exception {
        String big = "x: " + "y".repeat(8_000) + "\r\n";
        assertFailed(answerTo("HTTP/1.1 200 OK\r\n" + big.repeat(9) + "Content-Length: 0\r\n\r\n"),
                AttemptError.RESPONSE_INVALID);
        assertThat(answerTo("HTTP/1.1 200 OK\r\n" + big.repeat(8) + "Content-Length: 0\r\n\r\n").error()).isNull();
    }

    private static AttemptResult answerTo(String response) throws Exception {
        try (var receiver = RawReceiver.answering(response); var fixture = new SenderFixture()) {
            return fixture.send("http://127.0.0.1:" + receiver.port());
        }
    }

    @Test
    void endlessHeadersAreCutOff() throws Exception {
        try (var receiver = new RawReceiver(conversation -> {
            conversation.readRequest();
            conversation.write("HTTP/1.1 200 OK\r\n");
            while (true) {
                conversation.write("x-more: and more\r\n");
            }
        }); var fixture = new SenderFixture()) {
            assertFailed(fixture.send("http://127.0.0.1:" + receiver.port()), AttemptError.RESPONSE_INVALID);
            Awaitility.await().until(() -> receiver.closedByPeer() == 1);
        }
    }

    @Test
    void closedSenderAnswersInsteadOfHanging() throws Exception {
        try (var receiver = new RawReceiver(conversation -> {
            conversation.readRequest();
            conversation.awaitClose();
        }); var fixture = new SenderFixture()) {
            var pending = fixture.sender.send(new WebhookAttempt(
                    SenderFixture.endpoint("http://127.0.0.1:" + receiver.port(), 30, 30),
                    List.of(SenderFixture.SECRET),
                    SenderFixture.message(), 1, null));
            Awaitility.await().until(() -> receiver.requests().size() == 1);

            fixture.sender.close();

            Awaitility.await().until(pending::isDone);
            assertThat(pending.join().error()).isEqualTo(AttemptError.CONNECTION_RESET);
            assertFailed(fixture.send("http://127.0.0.1:" + receiver.port()), AttemptError.CONNECTION_RESET);
        }
    }

    private static void assertFailed(AttemptResult result, AttemptError error) {
        assertThat(result.error()).as(result.toString()).isEqualTo(error);
        assertThat(result.outcome()).isEqualTo(Outcome.ENDPOINT_FAILURE);
        assertThat(result.errorDetail()).isNotBlank().hasSizeLessThanOrEqualTo(300).doesNotContain("\n", "\r");
        assertThat(result.duration()).isLessThan(SLACK);
    }

    /** Connects until the kernel no longer answers: from then on a SYN to the listener goes unheard. */
    private static List<Socket> fillBacklog(ServerSocket listener) throws Exception {
        var sockets = new ArrayList<Socket>();
        for (int i = 0; i < 16; i++) {
            var socket = new Socket();
            sockets.add(socket);
            try {
                socket.connect(listener.getLocalSocketAddress(), 200);
            } catch (SocketTimeoutException e) {
                // The backlog is full now.
                return sockets;
            }
        }
        throw new AssertionError("the backlog never filled");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            // The resolver was closed: the test is over.
            Thread.currentThread().interrupt();
        }
    }
}
