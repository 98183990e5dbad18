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
import java.util.concurrent.atomic.AtomicReference;

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

    /** At a cold start all names are new: fifty with a silent name server come first, healthy ones must not share their fate. */
    @Test
    void newNamesThatHangDoNotStarveNewNamesThatAnswer() throws Exception {
        var release = new CountDownLatch(1);
        try (var resolver = new AddressResolver(host -> {
            if (host.startsWith("dead")) {
                await(release);
            }
            return List.of(FIRST);
        })) {
            for (int i = 0; i < 50; i++) {
                resolver.resolve("dead" + i + ".example");
            }
            var healthy = new ArrayList<CompletableFuture<Resolution>>();
            for (int i = 0; i < 50; i++) {
                healthy.add(resolver.resolve("crm" + i + ".example"));
            }
            for (CompletableFuture<Resolution> one : healthy) {
                assertThat(one.get(20, TimeUnit.SECONDS)).isEqualTo(new Resolution.Found(List.of(FIRST)));
            }
        } finally {
            release.countDown();
        }
    }

    /** Twenty names that answered, more than there were threads for such names, hang at their next look-up. */
    @Test
    void knownNamesThatHangDoNotDelayTheRefreshOfOthers() throws Exception {
        var release = new CountDownLatch(1);
        try (var resolver = new AddressResolver(host -> {
            if (host.startsWith("flapping") && nanoTime.get() > 0) {
                await(release);
            }
            return List.of(answer);
        }, nanoTime::get, Duration.ofSeconds(5))) {
            assertThat(addresses(resolver)).containsExactly(FIRST);
            for (int i = 0; i < 20; i++) {
                resolver.resolve("flapping" + i + ".example").get(20, TimeUnit.SECONDS);
            }
            answer = SECOND;
            pass(Duration.ofSeconds(11));
            for (int i = 0; i < 20; i++) {
                resolver.resolve("flapping" + i + ".example");
            }
            assertThat(addresses(resolver)).as("its own answer, not the last good one").containsExactly(SECOND);
        } finally {
            release.countDown();
        }
    }

    /** Five names fill the five threads, overtime included, that names of good repute have here. */
    @Test
    void namesThatAnswerAndHangByTurnsAreNotTrustedAgain() throws Exception {
        var flapping = List.of("flapping0", "flapping1", "flapping2", "flapping3", "flapping4");
        var hang = new AtomicReference<>(new CountDownLatch(1));
        var hanging = new AtomicInteger();
        try (var resolver = new AddressResolver(host -> {
            if (host.startsWith("flapping")) {
                hanging.incrementAndGet();
                await(hang.get());
                hanging.decrementAndGet();
            }
            return List.of(answer);
        }, nanoTime::get, settings(1, Duration.ofMillis(500)))) {
            flapping.forEach(resolver::resolve);
            Awaitility.await("all are given up").until(
                    () -> flapping.stream().map(resolver::resolve).allMatch(CompletableFuture::isDone));
            hang.get().countDown();
            awaitIdle(resolver);
            pass(Duration.ofSeconds(11));
            assertThat(addresses(resolver)).containsExactly(FIRST);
            flapping.forEach(resolver::resolve);
            awaitIdle(resolver);

            hang.set(new CountDownLatch(1));
            answer = SECOND;
            pass(Duration.ofSeconds(11));
            flapping.forEach(resolver::resolve);
            Awaitility.await().until(() -> hanging.get() == 2 && resolver.lookUps().waiting() == 3);
            assertThat(addresses(resolver)).as("its own answer, not the last good one").containsExactly(SECOND);
        } finally {
            hang.get().countDown();
        }
    }

    @Test
    void nameWhoseLookUpGotNoThreadHasNotFailed() throws Exception {
        var release = new CountDownLatch(1);
        try (var resolver = new AddressResolver(host -> {
            if (host.startsWith("dead")) {
                await(release);
            }
            return List.of(FIRST);
        }, nanoTime::get, settings(1, Duration.ofMillis(500)))) {
            for (int i = 0; i < 5; i++) {
                resolver.resolve("dead" + i + ".example");
            }
            Awaitility.await().until(() -> resolver.lookUps().underWay() == 5);
            assertThat(resolve(resolver))
                    .isEqualTo(new Resolution.NotFound("crm.example: its look-up waited for 500 ms"));
            CompletableFuture<Resolution> again = resolver.resolve("crm.example");
            assertThat(again).as("no failure to be remembered").isNotDone();
            release.countDown();
            assertThat(again.get(20, TimeUnit.SECONDS)).isInstanceOf(Resolution.Found.class);
        } finally {
            release.countDown();
        }
    }

    @Test
    void threadsAndQueueAreBoundedWhenEverythingHangs() throws Exception {
        var release = new CountDownLatch(1);
        var hanging = new AtomicInteger();
        var most = new AtomicInteger();
        try (var resolver = new AddressResolver(host -> {
            most.accumulateAndGet(hanging.incrementAndGet(), Math::max);
            await(release);
            hanging.decrementAndGet();
            return List.of(FIRST);
        }, nanoTime::get, settings(1, Duration.ofSeconds(1)))) {
            var all = new ArrayList<CompletableFuture<Resolution>>();
            for (int i = 0; i < 10_100; i++) {
                all.add(resolver.resolve("dead" + i + ".example"));
            }
            long refused = all.stream().filter(CompletableFuture::isDone).map(CompletableFuture::join)
                    .filter(answer -> answer instanceof Resolution.NotFound(var reason)
                            && reason.contains("too many look-ups are waiting"))
                    .count();
            assertThat(refused).as("with one to five look-ups under way meanwhile").isBetween(95L, 99L);
            for (CompletableFuture<Resolution> one : all) {
                assertThat(one.get(20, TimeUnit.SECONDS)).isInstanceOf(Resolution.NotFound.class);
            }
            Awaitility.await().until(() -> hanging.get() == 5);
            assertThat(resolver.lookUps()).isEqualTo(new LookUpStats(10_100 - (int) refused - 5, 5));

            release.countDown();
            awaitIdle(resolver);
            assertThat(most).hasValue(5);
            assertThat(resolver.resolve("dead10099.example").get(20, TimeUnit.SECONDS))
                    .as("was refused, has not failed")
                    .isInstanceOf(Resolution.Found.class);
        } finally {
            release.countDown();
        }
    }

    @Test
    void closedResolverFindsNothing() throws Exception {
        AddressResolver resolver = resolver();
        resolver.close();
        assertThat(resolve(resolver)).isInstanceOf(Resolution.NotFound.class);
        assertThat(lookups).hasValue(0);
    }

    private static ResolverSettings settings(int threads, Duration limit) {
        ResolverSettings standard = ResolverSettings.standard();
        return new ResolverSettings(threads, limit, standard.refresh(), standard.failureMemory(), standard.lastGood());
    }

    private static void awaitIdle(AddressResolver resolver) {
        Awaitility.await().until(() -> resolver.lookUps().equals(new LookUpStats(0, 0)));
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
