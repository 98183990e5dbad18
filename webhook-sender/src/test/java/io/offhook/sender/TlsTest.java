package io.offhook.sender;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class TlsTest {

    private static SelfSigned certificate;

    @BeforeAll
    static void makeCertificate(@TempDir Path directory) throws Exception {
        certificate = SelfSigned.create(directory);
    }

    @Test
    void deliversOverTlsWithTheNameOfTheUrlAndKeepsTheConnection() throws Exception {
        Queue<List<SNIServerName>> names = new ConcurrentLinkedQueue<>();
        try (var receiver = new RawReceiver(certificate.listen(), conversation -> {
            while (conversation.readRequest()) {
                names.add(((ExtendedSSLSession) ((SSLSocket) conversation.socket()).getSession())
                        .getRequestedServerNames());
                conversation.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            }
        }); var fixture = trusting(certificate.trust())) {
            assertThat(fixture.send("https://hook.example:" + receiver.port()).error()).isNull();
            assertThat(fixture.send("https://hook.example:" + receiver.port()).error()).isNull();

            assertThat(receiver.requests().getFirst().headers()).containsEntry("host",
                    "hook.example:" + receiver.port());
            assertThat(names.element().toString()).contains("hook.example");
            assertThat(fixture.sender.connections()).isEqualTo(new ConnectionStats(1, 1, 1));
        }
    }

    @Test
    void refusesACertificateThatNobodyTrusts() throws Exception {
        try (var receiver = new RawReceiver(certificate.listen(), RawReceiver.Conversation::readRequest);
                var fixture = trusting(SSLContext.getDefault())) {
            AttemptResult result = fixture.send("https://hook.example:" + receiver.port());

            assertThat(result.error()).isEqualTo(AttemptError.TLS);
            assertThat(result.errorDetail()).contains("127.0.0.1:" + receiver.port());
            assertThat(receiver.requests()).isEmpty();
        }
    }

    @Test
    void refusesACertificateOfAnotherName() throws Exception {
        try (var receiver = new RawReceiver(certificate.listen(), RawReceiver.Conversation::readRequest);
                var fixture = trusting(certificate.trust())) {
            assertThat(fixture.send("https://other.example:" + receiver.port()).error()).isEqualTo(AttemptError.TLS);
            assertThat(receiver.requests()).isEmpty();
        }
    }

    @Test
    void refusesAPeerThatDoesNotSpeakTls() throws Exception {
        try (var receiver = new RawReceiver(conversation -> {
            conversation.write("220 mail.example ESMTP\r\n");
            conversation.awaitClose();
        }); var fixture = trusting(certificate.trust())) {
            assertThat(fixture.send("https://hook.example:" + receiver.port()).error()).isEqualTo(AttemptError.TLS);
            Awaitility.await().until(() -> receiver.closedByPeer() == 1);
        }
    }

    @Test
    void halfOpenHandshakeEndsAtTheConnectionDeadline() throws Exception {
        try (var receiver = new RawReceiver(RawReceiver.Conversation::awaitClose);
                var fixture = trusting(certificate.trust())) {
            AttemptResult result = fixture
                    .send(SenderFixture.endpoint("https://hook.example:" + receiver.port(), 1, 30));

            assertThat(result.error()).isEqualTo(AttemptError.TLS);
            assertThat(result.duration()).isBetween(Duration.ofMillis(900), Duration.ofSeconds(6));
            Awaitility.await().until(() -> receiver.closedByPeer() == 1);
            assertThat(fixture.sender.connections().opened()).isZero();
        }
    }

    /** Each byte resets an idle time-out, so only a deadline for the whole handshake ends this one. */
    @Test
    void drippingHandshakeEndsAtTheConnectionDeadline() throws Exception {
        byte[] longRecord = {0x16, 3, 3, 0x3e, (byte) 0x80, 2};
        try (var receiver = new RawReceiver(conversation -> {
            conversation.write(longRecord);
            while (conversation.staysOpenFor(20)) {
                conversation.write(new byte[1]);
            }
        }); var fixture = trusting(certificate.trust())) {
            AttemptResult result = fixture
                    .send(SenderFixture.endpoint("https://hook.example:" + receiver.port(), 1, 30));

            assertThat(result.error()).isEqualTo(AttemptError.TLS);
            assertThat(result.duration()).isLessThan(Duration.ofSeconds(6));
            Awaitility.await().until(() -> receiver.closedByPeer() == 1);
        }
    }

    @Test
    void staleConnectionIsRetriedOnAFreshOne() throws Exception {
        var connections = new AtomicInteger();
        try (var receiver = new RawReceiver(certificate.listen(), conversation -> {
            boolean first = connections.incrementAndGet() == 1;
            while (conversation.readRequest()) {
                if (first && conversation.count() == 2) {
                    return;
                }
                conversation.write("HTTP/1.1 204 No Content\r\n\r\n");
            }
        }); var fixture = trusting(certificate.trust())) {
            assertThat(fixture.send("https://hook.example:" + receiver.port()).error()).isNull();
            assertThat(fixture.send("https://hook.example:" + receiver.port()).error()).isNull();
            assertThat(receiver.accepted()).isEqualTo(2);
        }
    }

    @Test
    void silenceAfterTheHandshakeIsARequestTimeout() throws Exception {
        try (var receiver = new RawReceiver(certificate.listen(), conversation -> {
            conversation.readRequest();
            conversation.awaitClose();
        }); var fixture = trusting(certificate.trust())) {
            AttemptResult result = fixture
                    .send(SenderFixture.endpoint("https://hook.example:" + receiver.port(), 30, 1));

            assertThat(result.error()).isEqualTo(AttemptError.REQUEST_TIMEOUT);
            Awaitility.await().until(() -> receiver.closedByPeer() == 1);
        }
    }

    private static SenderFixture trusting(SSLContext trust) {
        return new SenderFixture(_ -> List.of(InetAddress.getLoopbackAddress()), trust, "127.0.0.0/8");
    }
}
