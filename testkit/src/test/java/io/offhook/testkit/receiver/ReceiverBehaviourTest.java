package io.offhook.testkit.receiver;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.zip.GZIPInputStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ReceiverBehaviourTest {
    private static final Duration LIMIT = Duration.ofSeconds(120);

    private final WebhookReceiver receiver = WebhookReceiver.start();
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @AfterEach
    void close() {
        client.close();
        receiver.close();
    }

    @ParameterizedTest
    @CsvSource({"/, 200", "/ok, 200", "/ok/endpoint-7?x=1, 200", "/status/503, 503", "/status/204, 204", "/gone, 410",
            "/redirect?to=/ok, 302", "/redirect?to=/ok&status=308, 308", "/retry-after/5, 429", "/delay/1, 200",
            "/fail-first/1, 500", "/nothing-like-this, 404", "/status/abc, 404", "/hang/somewhere, 404"})
    void aPathNamesItsStatus(String target, int status) throws Exception {
        assertThat(post(target, "a").statusCode()).isEqualTo(status);
        assertThat(post(target, "b").statusCode()).isEqualTo(status);
        assertThat(receiver.ledger().all()).extracting(Received::answer).containsOnly(String.valueOf(status));
    }

    @Test
    void headersOfRedirectAndRetryAfterAreSent() throws Exception {
        assertThat(post("/redirect?to=http://example.com/x", "a").headers().firstValue("location"))
                .hasValue("http://example.com/x");
        assertThat(post("/retry-after/5", "a").headers().firstValue("retry-after")).hasValue("5");
        assertThat(post("/retry-after?date=Wed,%2021%20Oct%202026%2007:28:00%20GMT", "a").headers()
                .firstValue("retry-after")).hasValue("Wed, 21 Oct 2026 07:28:00 GMT");
        assertThat(post("/status/503?retry-after=7", "a").headers().firstValue("retry-after")).hasValue("7");
    }

    @Test
    void aDelayIsKept() throws Exception {
        long start = System.nanoTime();
        assertThat(post("/status/502?delay=300", "a").statusCode()).isEqualTo(502);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(300), LIMIT);
    }

    @Test
    void theFirstTriesOfEachWebhookFail() throws Exception {
        assertThat(post("/fail-first/2", "a").statusCode()).isEqualTo(500);
        assertThat(post("/fail-first/2", "a").statusCode()).isEqualTo(500);
        assertThat(post("/fail-first/2", "b").statusCode()).isEqualTo(500);
        assertThat(post("/fail-first/2", "a").statusCode()).isEqualTo(200);
        assertThat(post("/fail-first/1?status=400", "a").statusCode()).isEqualTo(400);
        assertThat(post("/fail-first/1?status=400", "a").statusCode()).isEqualTo(200);
        assertThatThrownBy(() -> post("/close?first=1", "a")).isInstanceOf(IOException.class);
        assertThat(post("/close?first=1", "a").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({"before, ''", "headers, 'HTTP/1.1 200 OK\r\ncontent-ty'",
            "body, 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n0123456789'"})
    void aHangStopsWhereItSays(String stage, String sent) throws Exception {
        try (RawClient raw = new RawClient(receiver).post("/hang/" + stage, "a")) {
            assertThat(raw.read(sent.length())).isEqualTo(sent);
            assertThatThrownBy(() -> raw.readByte(200)).isInstanceOf(SocketTimeoutException.class);
            assertThat(receiver.inFlight("/hang/" + stage)).isEqualTo(1);
            assertThat(receiver.openConnections()).isEqualTo(1);
        }
    }

    @Test
    void aDripComesByteByByteAndHasNoEnd() throws Exception {
        try (RawClient raw = new RawClient(receiver).post("/drip/50", "a")) {
            raw.read("HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n".length());
            long start = System.nanoTime();
            assertThat(raw.read(6)).isEqualTo("......");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(150), LIMIT);
        }
    }

    @Test
    void aResetIsARstAndAnEarlyOneDoesNotWaitForTheBody() throws Exception {
        try (RawClient raw = new RawClient(receiver).post("/reset", "a")) {
            assertThatThrownBy(() -> raw.readByte(5000)).isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
        try (RawClient raw = new RawClient(receiver)
                .send("POST /reset/early HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nbegin")) {
            assertThatThrownBy(() -> raw.readByte(5000)).isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
        assertThat(receiver.ledger().all()).extracting(Received::answer).containsExactly("reset", "reset/early");
    }

    @Test
    void closeAndGarbageEndTheConnectionWithoutHttp() throws Exception {
        try (RawClient raw = new RawClient(receiver).post("/close", "a")) {
            assertThat(raw.readAll()).isEmpty();
        }
        try (RawClient raw = new RawClient(receiver).post("/garbage", "a")) {
            assertThat(raw.readAll()).isNotEmpty().doesNotContain("HTTP/");
        }
    }

    @Test
    void aHugeBodyIsSentWhole() throws Exception {
        HttpResponse<InputStream> response = client.send(request("/huge/30000000", "a"),
                HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            assertThat(body.transferTo(OutputStream.nullOutputStream())).isEqualTo(30_000_000);
        }
        assertThat(post("/ok", "a").statusCode()).isEqualTo(200);
    }

    @Test
    void aGzipBombIsSmallOnTheWireAndInflates() throws Exception {
        HttpResponse<byte[]> response = client.send(request("/gzip-bomb/50", "a"),
                HttpResponse.BodyHandlers.ofByteArray());
        assertThat(response.headers().firstValue("content-encoding")).hasValue("gzip");
        assertThat(response.body().length).isLessThan(100_000);
        try (InputStream inflated = new GZIPInputStream(new ByteArrayInputStream(response.body()))) {
            assertThat(inflated.transferTo(OutputStream.nullOutputStream())).isEqualTo(50L * 1024 * 1024);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GARBAGE\r\n\r\n", "POST /ok\r\n\r\n"})
    void whatIsNoRequestGets400(String text) throws Exception {
        try (RawClient raw = new RawClient(receiver).send(text)) {
            assertThat(raw.readAll()).startsWith("HTTP/1.1 400 ");
        }
    }

    @Test
    void aBehaviourSetInCodeHoldsUntilReset() throws Exception {
        receiver.on("/x", request -> request.webhookId().equals("bad") ? Answer.status(418) : Answer.ok());
        receiver.on("/broken", request -> {
            throw new IllegalArgumentException("out of order");
        });
        assertThat(post("/x?a=b", "bad").statusCode()).isEqualTo(418);
        assertThat(post("/x", "good").statusCode()).isEqualTo(200);
        assertThat(post("/broken", "a")).satisfies(response -> {
            assertThat(response.statusCode()).isEqualTo(500);
            assertThat(response.body()).contains("out of order");
        });
        receiver.resetAll();
        assertThat(receiver.ledger().count()).isZero();
        assertThat(post("/x", "good").statusCode()).isEqualTo(404);
    }

    @Test
    void downRefusesAndUpListensOnTheSamePort() throws Exception {
        post("/ok", "a");
        try (RawClient hanging = new RawClient(receiver).post("/hang/before", "a")) {
            receiver.ledger().awaitCount(2, LIMIT);
            receiver.down();
            assertThat(hanging.readAll()).isEmpty();
        }
        assertThatThrownBy(() -> new RawClient(receiver)).isInstanceOf(ConnectException.class);
        Awaitility.await().until(() -> receiver.inFlight("/hang/before") == 0);
        receiver.up();
        assertThat(post("/ok", "b").statusCode()).isEqualTo(200);
        assertThat(receiver.ledger().count()).isEqualTo(3);
    }

    private HttpResponse<String> post(String target, String id) throws Exception {
        return client.send(request(target, id), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest request(String target, String id) {
        return HttpRequest.newBuilder(receiver.url(target)).header("webhook-id", id).timeout(LIMIT)
                .POST(HttpRequest.BodyPublishers.ofString("{}")).build();
    }
}
