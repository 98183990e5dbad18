package io.offhook.quickstart;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RunningPartsTest {

    private final RunningParts parts = new RunningParts();
    private final List<String> ended = new ArrayList<>();

    @Test
    void endsInTheOppositeOrderAlsoWhenOneFails() throws Exception {
        parts.add("first", () -> "first", ended::add);
        parts.add("second", () -> "second", _ -> {
            throw new IllegalStateException("does not end");
        });
        parts.add("third", () -> "third", ended::add);

        parts.close();

        assertThat(ended).containsExactly("third", "first");
    }

    @Test
    void endsAPartThatIsStillStartingAndStartsNoneAfterwards() throws Exception {
        var begun = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var slow = CompletableFuture.runAsync(() -> {
            try {
                parts.add("slow", () -> {
                    begun.countDown();
                    go.await();
                    return "slow";
                }, ended::add);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }, Thread.ofPlatform()::start);
        begun.await();
        var closing = CompletableFuture.runAsync(parts::close, Thread.ofPlatform()::start);

        go.countDown();
        slow.join();
        closing.join();

        assertThat(ended).containsExactly("slow");
        assertThatThrownBy(() -> parts.add("late", () -> "late", ended::add)).isInstanceOf(InterruptedException.class);
    }
}
