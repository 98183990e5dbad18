package io.offhook.sender;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import javax.net.ssl.SSLContext;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class ConnectionReuseTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    @Test
    void oneConnectionCarriesManyRequestsAlsoAfterFailures() throws Exception {
        var count = new AtomicInteger();
        try (var receiver = new RawReceiver(conversation -> {
            while (conversation.readRequest()) {
                int status = count.incrementAndGet() % 2 == 0 ? 200 : 500;
                conversation.write("HTTP/1.1 " + status + " X\r\nContent-Length: 4\r\n\r\nbody");
            }
        }); var fixture = new SenderFixture()) {
            for (int i = 0; i < 20; i++) {
                assertThat(fixture.send("http://127.0.0.1:" + receiver.port()).responseExcerpt()).isEqualTo("body");
            }
            assertThat(receiver.accepted()).isEqualTo(1);
            assertThat(fixture.sender.connections()).isEqualTo(new ConnectionStats(1, 19, 1));
        }
    }

    @Test
    void thePoolSetsNoLimitToRequestsInFlight() throws Exception {
        int atOnce = 300;
        var release = new CountDownLatch(1);
        try (var receiver = new RawReceiver(conversation -> {
            conversation.readRequest();
            awaitQuietly(release);
            conversation.write(OK);
            conversation.awaitClose();
        }); var fixture = new SenderFixture()) {
            var pending = new ArrayList<CompletableFuture<AttemptResult>>();
            for (int i = 0; i < atOnce; i++) {
                pending.add(fixture.sender.send(attempt("http://127.0.0.1:" + receiver.port())));
            }
            Awaitility.await().until(() -> receiver.requests().size() == atOnce);
            release.countDown();
            for (CompletableFuture<AttemptResult> one : pending) {
                assertThat(one.get(20, TimeUnit.SECONDS).error()).isNull();
            }
        }
    }

    /** Sixty-four senders at once for a while: no connection may be closed under another's request, none may leak. */
    @Test
    void everyRequestArrivesOnceUnderLoad() throws Exception {
        int lanes = 64;
        int perLane = 100;
        try (var receiver = RawReceiver.ok(); var fixture = new SenderFixture()) {
            var done = new ArrayList<CompletableFuture<Void>>();
            for (int lane = 0; lane < lanes; lane++) {
                done.add(sendInARow(fixture.sender, attempt("http://127.0.0.1:" + receiver.port()), perLane));
            }
            for (CompletableFuture<Void> lane : done) {
                lane.get(20, TimeUnit.SECONDS);
            }
            assertThat(receiver.requests()).hasSize(lanes * perLane);
            assertThat(receiver.accepted()).isLessThanOrEqualTo(lanes);
            assertThat(fixture.sender.connections().idle()).isEqualTo(receiver.accepted());
        }
    }

    private static CompletableFuture<Void> sendInARow(WebhookSender sender, WebhookAttempt attempt, int times) {
        if (times == 0) {
            return CompletableFuture.completedFuture(null);
        }
        return sender.send(attempt).thenCompose(result -> {
            assertThat(result.error()).as(result.toString()).isNull();
            return sendInARow(sender, attempt, times - 1);
        });
    }

    @Test
    void connectionIsNotReusedWhenTheReceiverSaysClose() throws Exception {
        try (var receiver = RawReceiver.answering("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
                var fixture = new SenderFixture()) {
            fixture.send("http://127.0.0.1:" + receiver.port());
            assertThat(fixture.send("http://127.0.0.1:" + receiver.port()).error()).isNull();
            assertThat(receiver.accepted()).isEqualTo(2);
            assertThat(fixture.sender.connections().idle()).isZero();
        }
    }

    /** The receiver closes just when the second request arrives: the race that no look at the pool can see. */
    @Test
    void staleConnectionIsRetriedOnceOnAFreshOne() throws Exception {
        var connections = new AtomicInteger();
        try (var receiver = new RawReceiver(conversation -> {
            boolean first = connections.incrementAndGet() == 1;
            while (conversation.readRequest()) {
                if (first && conversation.count() == 2) {
                    return;
                }
                conversation.write(OK);
            }
        }); var fixture = new SenderFixture()) {
            fixture.send("http://127.0.0.1:" + receiver.port());
            AttemptResult result = fixture.send("http://127.0.0.1:" + receiver.port());

            assertThat(result.error()).isNull();
            assertThat(receiver.accepted()).isEqualTo(2);
            assertThat(receiver.requests()).hasSize(3);
        }
    }

    @Test
    void freshConnectionThatIsClosedTooIsNotRetriedAgain() throws Exception {
        var connections = new AtomicInteger();
        try (var receiver = new RawReceiver(conversation -> {
            boolean first = connections.incrementAndGet() == 1;
            while (conversation.readRequest()) {
                if (!first || conversation.count() == 2) {
                    return;
                }
                conversation.write(OK);
            }
        }); var fixture = new SenderFixture()) {
            fixture.send("http://127.0.0.1:" + receiver.port());
            assertThat(fixture.send("http://127.0.0.1:" + receiver.port()).error())
                    .isEqualTo(AttemptError.CONNECTION_RESET);
            assertThat(receiver.accepted()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab"})
    void reusedConnectionThatBreaksInsideTheResponseIsNotRetried(String start) throws Exception {
        try (var receiver = new RawReceiver(conversation -> {
            while (conversation.readRequest()) {
                if (conversation.count() == 2) {
                    conversation.write(start);
                    return;
                }
                conversation.write(OK);
            }
        }); var fixture = new SenderFixture()) {
            fixture.send("http://127.0.0.1:" + receiver.port());
            assertThat(fixture.send("http://127.0.0.1:" + receiver.port()).delivered()).isFalse();
            assertThat(receiver.accepted()).isEqualTo(1);
        }
    }

    @Test
    void connectionThatTheReceiverClosedWhileIdleIsReplaced() throws Exception {
        try (var receiver = new RawReceiver(conversation -> {
            conversation.readRequest();
            conversation.write(OK);
        }); var fixture = new SenderFixture()) {
            for (int i = 0; i < 5; i++) {
                assertThat(fixture.send("http://127.0.0.1:" + receiver.port()).error()).isNull();
            }
            assertThat(receiver.requests()).hasSize(5);
        }
    }

    /** DNS rebinding: the second answer must be judged again, and a connection to the first address must not serve it. */
    @Test
    void addressThatWasFilteredIsTheAddressThatIsConnected() throws Exception {
        InetAddress allowed = InetAddress.getLoopbackAddress();
        InetAddress forbidden = InetAddress.ofLiteral("127.0.0.2");
        var answer = new AtomicReference<>(List.of(allowed));
        var lookups = new AtomicInteger();
        var nanoTime = new AtomicLong();
        HostLookup changing = _ -> {
            lookups.incrementAndGet();
            return answer.get();
        };
        try (var good = RawReceiver.ok();
                var evil = new RawReceiver(new ServerSocket(good.port(), 5, forbidden), _ -> {});
                var resolver = new AddressResolver(changing, nanoTime::get, Duration.ofSeconds(5));
                var sender = new WebhookSender("1", new EgressGuard("127.0.0.1/32", resolver), () -> SenderFixture.NOW,
                        SSLContext.getDefault())) {
            WebhookAttempt attempt = attempt("http://rebind.example:" + good.port());
            assertThat(sender.send(attempt).get(20, TimeUnit.SECONDS).error()).isNull();

            answer.set(List.of(forbidden));
            assertThat(sender.send(attempt).get(20, TimeUnit.SECONDS).error()).as("cached answer").isNull();
            assertThat(lookups).as("one look-up serves guard and connection").hasValue(1);

            nanoTime.addAndGet(TimeUnit.SECONDS.toNanos(11));
            AttemptResult result = sender.send(attempt).get(20, TimeUnit.SECONDS);
            assertThat(result.error()).isEqualTo(AttemptError.BLOCKED_ADDRESS);
            assertThat(result.errorDetail()).contains("127.0.0.2");

            answer.set(List.of(forbidden, allowed));
            nanoTime.addAndGet(TimeUnit.SECONDS.toNanos(11));
            AttemptResult mixed = sender.send(attempt).get(20, TimeUnit.SECONDS);
            assertThat(mixed.error()).isNull();
            assertThat(mixed.remoteAddress()).isEqualTo("127.0.0.1:" + good.port());
            assertThat(evil.accepted()).isZero();
        }
    }

    private static WebhookAttempt attempt(String url) {
        return new WebhookAttempt(SenderFixture.endpoint(url, 5, 10), List.of(SenderFixture.SECRET),
                SenderFixture.message(), 1,
                null);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            // The test is over.
            Thread.currentThread().interrupt();
        }
    }
}
