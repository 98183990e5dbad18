package io.offhook.sender;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.offhook.model.Endpoint;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What a kept connection takes of the heap, of which a dispatcher has thousands. The receiver's side of it is in this JVM too, and counts. */
class ConnectionMemoryTest {

    private static final int CONNECTIONS = 300;

    @Test
    void aKeptConnectionTakesSomeKilobytes() throws Exception {
        var all = new CountDownLatch(CONNECTIONS);
        try (var receiver = new RawReceiver(conversation -> answerTogether(conversation, all));
                var fixture = new SenderFixture()) {
            assertThat(bytesPerConnection(fixture, receiver, "http://127.0.0.1:")).isLessThan(40_000);
        }
    }

    @Test
    void underTlsItIsTheSessionsThatCountAndNotBuffers(@TempDir Path directory) throws Exception {
        SelfSigned certificate = SelfSigned.create(directory);
        var all = new CountDownLatch(CONNECTIONS);
        try (var receiver = new RawReceiver(certificate.listen(), conversation -> answerTogether(conversation, all));
                var fixture = new SenderFixture(_ -> List.of(InetAddress.getLoopbackAddress()), certificate.trust(),
                        "127.0.0.0/8")) {
            assertThat(bytesPerConnection(fixture, receiver, "https://hook.example:")).isLessThan(75_000);
        }
    }

    private static long bytesPerConnection(SenderFixture fixture, RawReceiver receiver, String url) {
        long before = used();
        Endpoint endpoint = SenderFixture.endpoint(url + receiver.port(), 30, 30);
        CompletableFuture.allOf(Stream.generate(() -> fixture.sender.send(
                new WebhookAttempt(endpoint, List.of(SenderFixture.SECRET), SenderFixture.message(), 1, null)))
                .limit(CONNECTIONS).toArray(CompletableFuture[]::new)).join();
        Awaitility.await().until(() -> fixture.sender.connections().idle() == CONNECTIONS);
        receiver.requests().clear();
        return (used() - before) / CONNECTIONS;
    }

    /** No connection is free for another request before all have one. */
    private static void answerTogether(RawReceiver.Conversation conversation, CountDownLatch all) throws IOException {
        while (conversation.readRequest()) {
            all.countDown();
            try {
                if (!all.await(60, TimeUnit.SECONDS)) {
                    throw new IOException("not all connections were opened");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            conversation.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        }
    }

    private static long used() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
