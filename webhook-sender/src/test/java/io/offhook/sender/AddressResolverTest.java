package io.offhook.sender;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class AddressResolverTest {

    private static final InetAddress FIRST = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress SECOND = InetAddress.ofLiteral("192.0.2.2");

    private static final Duration LIMIT = Duration.ofSeconds(120);

    private final AtomicLong nanoTime = new AtomicLong();
    private final AtomicInteger lookups = new AtomicInteger();
    private volatile InetAddress answer = FIRST;

    @Test
    void asksAgainAfterTenSeconds() throws Exception {
        try (var resolver = resolver()) {
            assertThat(addresses(resolver)).containsExactly(FIRST);
            answer = SECOND;
            pass(Duration.ofMillis(9_900));
            assertThat(addresses(resolver)).containsExactly(FIRST);
            pass(Duration.ofMillis(200));
            assertThat(addresses(resolver)).containsExactly(SECOND);
            assertThat(lookups).hasValue(2);
        }
    }

    @Test
    void remembersAFailureForFiveSeconds() throws Exception {
        answer = null;
        try (var resolver = resolver()) {
            assertThat(resolve(resolver)).isInstanceOf(Resolution.NotFound.class);
            answer = FIRST;
            pass(Duration.ofMillis(4_900));
            assertThat(resolve(resolver)).isInstanceOf(Resolution.NotFound.class);
            pass(Duration.ofMillis(200));
            assertThat(addresses(resolver)).containsExactly(FIRST);
            assertThat(lookups).hasValue(2);
        }
    }

    @Test
    void usesTheLastGoodAnswerForFiveMinutesOfFailures() throws Exception {
        try (var resolver = resolver()) {
            resolve(resolver);
            answer = null;
            for (int i = 0; i < 29; i++) {
                pass(Duration.ofSeconds(10));
                assertThat(addresses(resolver)).containsExactly(FIRST);
            }
            pass(Duration.ofSeconds(11));
            assertThat(resolve(resolver)).isInstanceOf(Resolution.NotFound.class);
        }
    }

    @Test
    void oneLookUpServesAllWhoWait() throws Exception {
        var release = new CountDownLatch(1);
        try (var resolver = new AddressResolver(_ -> {
            lookups.incrementAndGet();
            await(release);
            return List.of(FIRST);
        })) {
            var waiting = new ArrayList<CompletableFuture<Resolution>>();
            for (int i = 0; i < 100; i++) {
                waiting.add(resolver.resolve("crm.example"));
            }
            Awaitility.await().until(() -> lookups.get() == 1);
            assertThat(waiting).noneMatch(CompletableFuture::isDone);
            release.countDown();
            for (CompletableFuture<Resolution> one : waiting) {
                assertThat(one.get(20, TimeUnit.SECONDS)).isEqualTo(new Resolution.Found(List.of(FIRST)));
            }
            assertThat(lookups).hasValue(1);
        }
    }

    /** Thirty names whose name server is silent, more than there are threads, must not keep a good name waiting once they are known. */
    @Test
    void namesKnownToBeDeadLeaveThreadsToTheOthers() throws Exception {
        var release = new CountDownLatch(1);
        var failing = new AtomicInteger();
        var hanging = new AtomicInteger();
        try (var resolver = new AddressResolver(host -> {
            if (host.startsWith("dead") && nanoTime.get() == 0) {
                failing.incrementAndGet();
                throw new UnknownHostException(host);
            }
            if (host.startsWith("dead")) {
                hanging.incrementAndGet();
                await(release);
            }
            return List.of(FIRST);
        }, nanoTime::get, LIMIT)) {
            for (int i = 0; i < 30; i++) {
                resolver.resolve("dead" + i + ".example").get(20, TimeUnit.SECONDS);
            }
            assertThat(failing).hasValue(30);
            pass(Duration.ofSeconds(6));
            for (int i = 0; i < 30; i++) {
                resolver.resolve("dead" + i + ".example");
            }
            Awaitility.await().until(() -> hanging.get() == 4);

            assertThat(addresses(resolver)).containsExactly(FIRST);
            assertThat(hanging).hasValue(4);
        } finally {
            release.countDown();
        }
    }

    @Test
    void lookUpThatNeverReturnsIsGivenUpAndNotStartedAgain() throws Exception {
        var release = new CountDownLatch(1);
        try (var resolver = new AddressResolver(_ -> {
            lookups.incrementAndGet();
            await(release);
            return List.of(FIRST);
        }, nanoTime::get, Duration.ofMillis(200))) {
            assertThat(resolve(resolver)).isInstanceOf(Resolution.NotFound.class);
            assertThat(resolve(resolver)).isInstanceOf(Resolution.NotFound.class);
            assertThat(lookups).hasValue(1);
            release.countDown();
            Awaitility.await().untilAsserted(() -> assertThat(addresses(resolver)).containsExactly(FIRST));
            assertThat(lookups).as("the late answer is used").hasValue(1);
        }
    }

    private AddressResolver resolver() {
        return new AddressResolver(host -> {
            lookups.incrementAndGet();
            if (answer == null) {
                throw new UnknownHostException(host);
            }
            return List.of(answer);
        }, nanoTime::get, LIMIT);
    }

    private static Resolution resolve(AddressResolver resolver) throws Exception {
        return resolver.resolve("crm.example").get(20, TimeUnit.SECONDS);
    }

    private static List<InetAddress> addresses(AddressResolver resolver) throws Exception {
        assertThat(resolve(resolver)).isInstanceOf(Resolution.Found.class);
        return ((Resolution.Found) resolve(resolver)).addresses();
    }

    private void pass(Duration time) {
        nanoTime.addAndGet(time.toNanos());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            // The resolver was closed: the test is over.
            Thread.currentThread().interrupt();
        }
    }
}
