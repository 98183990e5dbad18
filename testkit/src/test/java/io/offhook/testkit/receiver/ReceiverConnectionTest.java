package io.offhook.testkit.receiver;

import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.time.Duration;

import javax.net.ssl.SSLException;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ReceiverConnectionTest {
    private static final Duration LIMIT = Duration.ofSeconds(120);

    @Test
    void theLedgerHasTheRequestAsSentAndTheConnectionIsKept() throws Exception {
        String body = "{\"name\":\"Jos\u00e9\"}";
        try (WebhookReceiver receiver = WebhookReceiver.start(); RawClient raw = new RawClient(receiver)) {
            for (int i = 0; i < 2; i++) {
                raw.send("POST /ok/a?b=c HTTP/1.1\r\nhost: x\r\nWebhook-ID: u1_answer\r\nofFhook-attempt: 2\r\n"
                        + "content-length: 16\r\n\r\n" + body);
                assertThat(raw.read(40)).isEqualTo("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
            }
            assertThat(receiver.ledger().all()).hasSize(2).allSatisfy(entry -> {
                assertThat(entry.path()).isEqualTo("/ok/a");
                assertThat(entry.target()).isEqualTo("/ok/a?b=c");
                assertThat(entry.bodyText()).isEqualTo(body);
                assertThat(entry.headers().get(1)).isEqualTo(new Received.Header("Webhook-ID", "u1_answer"));
                assertThat(entry.attempt()).isEqualTo("2");
                assertThat(entry.leg()).isEqualTo("u1");
                assertThat(entry.action()).isEqualTo("answer");
                assertThat(entry.connection()).isEqualTo(1);
            });
            raw.send("POST /ok HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
            assertThat(raw.readAll()).contains("connection: close");
        }
    }

    @Test
    void theMostRequestsAtOnceAreCountedPerPath() throws Exception {
        try (WebhookReceiver receiver = WebhookReceiver.start()) {
            try (RawClient first = new RawClient(receiver).post("/hang/before", "a");
                    RawClient second = new RawClient(receiver).post("/hang/before", "b")) {
                receiver.ledger().awaitCount(2, LIMIT);
                assertThat(receiver.inFlight("/hang/before")).isEqualTo(2);
                assertThat(first).isNotSameAs(second);
            }
            Awaitility.await().until(() -> receiver.inFlight("/hang/before") == 0);
            assertThat(receiver.maxInFlight("/hang/before")).isEqualTo(2);
            assertThat(receiver.maxInFlight("/ok")).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(TlsVariant.class)
    void aClientThatTrustsTheAuthorityAcceptsTheGoodCertificateAlone(TlsVariant variant) throws Exception {
        try (WebhookReceiver receiver = WebhookReceiver.builder().tls(variant).start();
                HttpClient client = HttpClient.newBuilder().sslContext(receiver.authority().clientContext()).build()) {
            HttpRequest request = HttpRequest.newBuilder(receiver.url("/ok")).timeout(LIMIT).build();
            if (variant == TlsVariant.TRUSTED) {
                assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).body()).isEqualTo("ok");
                assertThat(receiver.authority().certificatePem()).startsWith("-----BEGIN CERTIFICATE-----\n");
                return;
            }
            assertThatThrownBy(() -> client.send(request, HttpResponse.BodyHandlers.ofString()))
                    .isInstanceOf(SSLException.class).rootCause().isInstanceOf(switch (variant) {
                        case SELF_SIGNED -> CertPathBuilderException.class;
                        case EXPIRED -> CertificateExpiredException.class;
                        default -> CertificateException.class;
                    });
            assertThat(receiver.ledger().count()).isZero();
        }
    }

    @Test
    void aBlackHoleNeverConnectsOrNeverReads() throws Exception {
        try (BlackHole hole = BlackHole.refusingToConnect(); Socket socket = new Socket()) {
            assertThatThrownBy(() -> socket.connect(new InetSocketAddress("127.0.0.1", hole.port()), 300))
                    .isInstanceOf(SocketTimeoutException.class);
        }
        try (BlackHole hole = BlackHole.neverReading(); Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", hole.port()), 5000);
            socket.setSoTimeout(100);
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        }
    }
}
