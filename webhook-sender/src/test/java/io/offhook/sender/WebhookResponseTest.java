package io.offhook.sender;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.zip.GZIPOutputStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What the sender makes of a response. */
class WebhookResponseTest {

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {
            "200, DELIVERED, -, false",
            "202, DELIVERED, -, false",
            "299, DELIVERED, -, false",
            "300, MESSAGE_FAILURE, REDIRECT, false",
            "307, MESSAGE_FAILURE, REDIRECT, false",
            "400, MESSAGE_FAILURE, HTTP_4XX, false",
            "404, MESSAGE_FAILURE, HTTP_4XX, false",
            "408, ENDPOINT_FAILURE, HTTP_4XX, false",
            "410, GONE, HTTP_4XX, false",
            "425, ENDPOINT_FAILURE, HTTP_4XX, false",
            "429, ENDPOINT_FAILURE, HTTP_4XX, true",
            "500, ENDPOINT_FAILURE, HTTP_5XX, false",
            "503, ENDPOINT_FAILURE, HTTP_5XX, true",
            "599, ENDPOINT_FAILURE, HTTP_5XX, false",
            "600, ENDPOINT_FAILURE, RESPONSE_INVALID, false"})
    void statusDecides(int status, Outcome outcome, AttemptError error, boolean slowsLane) throws Exception {
        try (var receiver = RawReceiver.answering("HTTP/1.1 " + status + " X\r\nContent-Length: 0\r\n\r\n");
                var fixture = new SenderFixture()) {
            AttemptResult result = fixture.send("http://127.0.0.1:" + receiver.port());

            assertThat(result.statusCode()).isEqualTo(status);
            assertThat(result.outcome()).isEqualTo(outcome);
            assertThat(result.error()).isEqualTo(error);
            assertThat(result.slowsLane()).isEqualTo(slowsLane);
            assertThat(result.remoteAddress()).isEqualTo("127.0.0.1:" + receiver.port());
            assertThat(result.attemptedAt()).isEqualTo(SenderFixture.NOW);
        }
    }

    @Test
    void noContentIsDeliveredAndKeepsTheConnection() throws Exception {
        try (var receiver = RawReceiver.answering("HTTP/1.1 204 No Content\r\n\r\n");
                var fixture = new SenderFixture()) {
            for (int i = 0; i < 3; i++) {
                AttemptResult result = fixture.send("http://127.0.0.1:" + receiver.port());
                assertThat(result.delivered()).isTrue();
                assertThat(result.responseExcerpt()).isEmpty();
            }
            assertThat(receiver.accepted()).isEqualTo(1);
            assertThat(fixture.sender.connections()).isEqualTo(new ConnectionStats(1, 2, 1));
        }
    }

    @Test
    void redirectIsNeverFollowed() throws Exception {
        try (var elsewhere = RawReceiver.ok();
                var receiver = RawReceiver.answering(
                        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:" + elsewhere.port()
                                + "/\r\nContent-Length: 0\r\n\r\n");
                var fixture = new SenderFixture()) {
            assertThat(fixture.send("http://127.0.0.1:" + receiver.port()).error()).isEqualTo(AttemptError.REDIRECT);
            assertThat(elsewhere.accepted()).isZero();
        }
    }

    @Test
    void keepsTheTextOfAnErrorAndReplacesWhatIsNoText() throws Exception {
        byte[] head = "HTTP/1.1 500 X\r\nContent-Length: 7\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        byte[] body = {'n', 'o', (byte) 0xFF, 0, (byte) 0xC3, (byte) 0xBC, '!'};
        try (var receiver = new RawReceiver(conversation -> {
            conversation.readRequest();
            conversation.write(head);
            conversation.write(body);
            conversation.awaitClose();
        }); var fixture = new SenderFixture()) {
            assertThat(fixture.send("http://127.0.0.1:" + receiver.port()).responseExcerpt())
                    .isEqualTo("no\uFFFD\uFFFDü!");
        }
    }

    @Test
    void readsAtMost16KiBOfAHugeBodyAndCloses() throws Exception {
        try (var receiver = new RawReceiver(conversation -> {
            conversation.readRequest();
            conversation.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
            byte[] block = "ü".repeat(32 * 1024).getBytes(StandardCharsets.UTF_8);
            while (true) {
                conversation.write(block);
            }
        }); var fixture = new SenderFixture()) {
            AttemptResult result = fixture.send("http://127.0.0.1:" + receiver.port());

            assertThat(result.delivered()).isTrue();
            assertThat(result.responseExcerpt()).isEqualTo("ü".repeat(8 * 1024));
            Awaitility.await().until(() -> receiver.closedByPeer() == 1);
            assertThat(fixture.sender.connections().idle()).isZero();
        }
    }

    @Test
    void keepsTheConnectionAfterABodyOfExactly16KiB() throws Exception {
        String body = "x".repeat(ResponseReader.MAX_BODY);
        try (var receiver = RawReceiver
                .answering("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
                var fixture = new SenderFixture()) {
            assertThat(fixture.send("http://127.0.0.1:" + receiver.port()).responseExcerpt()).isEqualTo(body);
            fixture.send("http://127.0.0.1:" + receiver.port());
            assertThat(receiver.accepted()).isEqualTo(1);
        }
    }

    @Test
    void doesNotInflateAGzipBomb() throws Exception {
        var compressed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(compressed)) {
            gzip.write(new byte[8 << 20]);
        }
        byte[] bomb = compressed.toByteArray();
        try (var receiver = new RawReceiver(conversation -> {
            while (conversation.readRequest()) {
                conversation.write(
                        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + bomb.length + "\r\n\r\n");
                conversation.write(bomb);
            }
        }); var fixture = new SenderFixture()) {
            AttemptResult result = fixture.send("http://127.0.0.1:" + receiver.port());

            assertThat(result.delivered()).isTrue();
            assertThat(result.responseExcerpt()).hasSizeLessThanOrEqualTo(bomb.length);
        }
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '|', value = {
            "HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n2\\r\\nok\\r\\n0\\r\\n\\r\\n",
            "HTTP/1.1 100 Continue\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok",
            "HTTP/1.1 103 Early Hints\\r\\nLink: x\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok",
            "HTTP/1.0 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok",
            "HTTP/1.1 200 OK\\r\\nConnection: close\\r\\nContent-Length: 2\\r\\n\\r\\nok"})
    void everyWayToSayOkIsUnderstood(String response) throws Exception {
        try (var receiver = RawReceiver.answering(response.translateEscapes()); var fixture = new SenderFixture()) {
            AttemptResult result = fixture.send("http://127.0.0.1:" + receiver.port());

            assertThat(result.delivered()).isTrue();
            assertThat(result.responseExcerpt()).isEqualTo("ok");
        }
    }

    @Test
    void bodyThatEndsWithTheConnectionIsComplete() throws Exception {
        try (var receiver = new RawReceiver(conversation -> {
            conversation.readRequest();
            conversation.write("HTTP/1.1 200 OK\r\n\r\nok");
            conversation.socket().shutdownOutput();
            conversation.awaitClose();
        }); var fixture = new SenderFixture()) {
            AttemptResult result = fixture.send("http://127.0.0.1:" + receiver.port());

            assertThat(result.delivered()).isTrue();
            assertThat(result.responseExcerpt()).isEqualTo("ok");
        }
    }

    @Test
    void retryAfterIsReadFromTheResponse() throws Exception {
        String date = DateTimeFormatter.RFC_1123_DATE_TIME
                .format(SenderFixture.NOW.plusSeconds(90).atOffset(ZoneOffset.UTC))
                .replace("+0000", "GMT");
        assertThat(retryAfter("7")).isEqualTo(Duration.ofSeconds(7));
        assertThat(retryAfter("-1")).isZero();
        assertThat(retryAfter("3600")).isEqualTo(Duration.ofHours(1));
        assertThat(retryAfter("3601")).isEqualTo(Duration.ofHours(1));
        assertThat(retryAfter("99999999999999999999999")).isEqualTo(Duration.ofHours(1));
        assertThat(retryAfter(date)).isEqualTo(Duration.ofSeconds(90));
        assertThat(retryAfter("Sun, 06 Nov 1994 08:49:37 GMT")).isZero();
        assertThat(retryAfter("Sunday, 06-Nov-94 08:49:37 GMT")).isZero();
        assertThat(retryAfter("Sun Nov  6 08:49:37 1994")).isZero();
        assertThat(retryAfter("Sun Nov 16 08:49:37 2098")).isEqualTo(Duration.ofHours(1));
        assertThat(retryAfter("Fri, 31 Dec 2100 23:59:59 GMT")).isEqualTo(Duration.ofHours(1));
        assertThat(retryAfter("soon")).isNull();
        assertThat(retryAfter("")).isNull();
    }

    private static Duration retryAfter(String value) throws Exception {
        try (var receiver = RawReceiver.answering(
                "HTTP/1.1 503 Busy\r\nRetry-After: " + value + "\r\nContent-Length: 0\r\n\r\n");
                var fixture = new SenderFixture()) {
            return fixture.send("http://127.0.0.1:" + receiver.port()).retryAfter().orElse(null);
        }
    }
}
