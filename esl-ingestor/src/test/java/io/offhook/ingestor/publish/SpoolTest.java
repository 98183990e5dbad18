package io.offhook.ingestor.publish;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.offhook.runtime.InvalidSettingException;
import io.offhook.testkit.process.JavaCommand;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

class SpoolTest {

    private static final Duration PATIENCE = Duration.ofSeconds(120);

    @TempDir
    private Path root;

    @Test
    void givesBackInOrderWhatWasAppendedAndForgetsWhatIsDropped() throws Exception {
        try (Spool spool = open()) {
            List<String> uuids = append(spool, 0, 1_000);
            assertThat(spool.events()).isEqualTo(1_000);
            assertThat(files()).hasSizeGreaterThan(3);
            assertThat(drain(spool, 7)).isEqualTo(uuids);
            assertThat(spool.events()).isZero();
            await().atMost(PATIENCE).until(() -> spool.bytes() == 0);
            assertThat(files()).isEmpty();
        }
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void isReadableBeforeItIsWritten() throws Exception {
        var slow = new SpoolSettings(root.toString(), 1_048_576, 1_000, Duration.ofSeconds(2), Duration.ofSeconds(10),
                65_536);
        try (Spool spool = new Spool(slow, InstantSource.system())) {
            var told = new CountDownLatch(1);
            spool.append(Events.outgoing("u1"), told::countDown);
            var batch = spool.peek(10, 1_000_000);
            assertThat(uuids(batch)).containsExactly("u1");
            spool.drop(batch);
            assertThat(told.getCount()).as("the topic has it, so it is safe").isZero();
            assertThat(files()).isEmpty();
        }
    }

    @Test
    void survivesACrashAtEveryByteOfTheLastRecords() throws Exception {
        List<String> uuids;
        try (Spool spool = open()) {
            uuids = append(spool, 0, 5);
        }
        Path file = files().getFirst();
        byte[] whole = Files.readAllBytes(file);
        var ends = new ArrayList<Integer>();
        var frames = new SpoolFrames(ByteBuffer.wrap(whole));
        while (frames.next() != null) {
            ends.add(frames.endOfLast());
        }
        Path directory = file.getParent();
        for (int length = ends.get(2); length <= whole.length; length++) {
            Path crashed = Files.createDirectories(root.resolve(String.format("crashed%06d", length)));
            Files.createFile(crashed.resolve("lock"));
            Files.write(crashed.resolve(file.getFileName()), Arrays.copyOf(whole, length));
        }
        Files.delete(file);
        Files.delete(directory.resolve("lock"));
        Files.delete(directory);
        try (Spool spool = new Spool(Events.settings(root, 1L << 30), InstantSource.system())) {
            for (int length = ends.get(2); length <= whole.length; length++) {
                int cut = length;
                int left = (int) ends.stream().filter(end -> end <= cut).count();
                var batch = spool.peek(10, 1_000_000);
                assertThat(uuids(batch)).as("cut to %d bytes", length).isEqualTo(uuids.subList(0, left));
                spool.drop(batch);
            }
            assertThat(spool.events()).isZero();
            assertThat(spool.damaged()).as("a torn tail is no damage").isZero();
        }
        assertThat(root).as("adopted folders go when they are empty").isEmptyDirectory();
    }

    @Test
    void passesOverADamagedRecordAndCountsIt() throws Exception {
        List<String> uuids;
        try (Spool spool = open()) {
            uuids = append(spool, 0, 5);
        }
        try (var file = new RandomAccessFile(files().getFirst().toFile(), "rw")) {
            // The second record's length: nothing tells where the third one begins but its mark.
            long second = SpoolFrames.HEADER_BYTES
                    + new OutgoingEventCodec().encode(Events.outgoing(uuids.get(0))).length;
            file.seek(second + 4);
            file.writeInt(Integer.MAX_VALUE);
        }
        try (Spool spool = open()) {
            assertThat(spool.events()).isEqualTo(4);
            assertThat(drain(spool, 10)).containsExactly(uuids.get(0), uuids.get(2), uuids.get(3), uuids.get(4));
            assertThat(spool.damaged()).isEqualTo(1);
        }
    }

    @Test
    void takesOverWhatOthersLeftOldestFirstAndNotWhatALivingOneHolds() throws Exception {
        Spool living = new Spool(Events.settings(root), () -> Instant.ofEpochMilli(1));
        append(living, 100, 3);
        try (Spool first = new Spool(Events.settings(root), () -> Instant.ofEpochMilli(2))) {
            append(first, 0, 3);
        }
        // Keeps what it adopts, and leaves both behind.
        try (Spool second = new Spool(Events.settings(root), () -> Instant.ofEpochMilli(3))) {
            append(second, 3, 3);
            assertThat(second.events()).isEqualTo(6);
        }
        try (Spool third = new Spool(Events.settings(root), () -> Instant.ofEpochMilli(4))) {
            append(third, 6, 1);
            assertThat(drain(third, 2)).isEqualTo(names(0, 7));
        }
        assertThat(drain(living, 10)).isEqualTo(names(100, 103));
        living.close();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(root).isEmptyDirectory());
    }

    @Test
    void aKilledProcessLeavesItsEventsAndALivingOneKeepsThem() throws Exception {
        try (var process = JavaCommand.mainClass(SpoolKeeper.class).arguments(root.toString(), "20").start()) {
            process.waitForLine(Pattern.compile("stored 20"), PATIENCE);
            try (Spool spool = open()) {
                assertThat(spool.events()).as("its owner lives").isZero();
            }
            process.sigkill();
            try (Spool spool = open()) {
                assertThat(drain(spool, 100)).isEqualTo(names(0, 20));
            }
        }
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void countsWhatItAdoptedAgainstItsBoundAndHasRoomAgainOnceThatIsDropped() throws Exception {
        try (Spool spool = open()) {
            for (int i = 0; spool.admits(1, 80 * 1024); i++) {
                append(spool, i * 50, 50);
            }
            assertThat(spool.bytes()).isBetween(1_048_576L - 160 * 1024, 1_048_576L);
        }
        try (Spool spool = open()) {
            assertThat(spool.admits(1, 80 * 1024)).isFalse();
            drain(spool, 1_000);
            assertThat(spool.admits(1, 1_048_576)).isTrue();
        }
    }

    @Test
    void aDiskThatFailsHoldsUpNothingAndIsWrittenAgainWhenItIsMended() throws Exception {
        try (Spool spool = open()) {
            append(spool, 0, 3);
            Path own = files().getFirst().getParent();
            Path away = root.resolve("away");
            Files.move(own, away);
            // More than the open file takes, so that another one has to be made.
            var stored = new CountDownLatch(300);
            for (int i = 3; i < 303; i++) {
                spool.append(Events.outgoing("u" + i), stored::countDown);
            }
            await().atMost(PATIENCE).until(spool::failing);
            assertThat(spool.failures()).isPositive();
            Files.move(away, own);
            assertThat(stored.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(spool.failing()).isFalse();
            assertThat(drain(spool, 100)).isEqualTo(names(0, 303));
        }
    }

    @Test
    void aFolderThatCannotBeMadeStopsTheStartWithOneLine() throws Exception {
        Path file = Files.createFile(root.resolve("file"));
        assertThatThrownBy(() -> new Spool(Events.settings(file), InstantSource.system()))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("OFFHOOK_SPOOL_DIR: \"" + file
                        + "\" (expected: a folder that this process may write, or make)");
    }

    private Spool open() {
        return new Spool(Events.settings(root), InstantSource.system());
    }

    private static List<String> append(Spool spool, int from, int count) throws InterruptedException {
        var stored = new CountDownLatch(count);
        List<String> uuids = names(from, from + count);
        uuids.forEach(uuid -> spool.append(Events.outgoing(uuid), stored::countDown));
        assertThat(stored.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return uuids;
    }

    private static List<String> names(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "u" + i).toList();
    }

    private static List<String> drain(Spool spool, int batchSize) throws IOException {
        var uuids = new ArrayList<String>();
        while (spool.events() > 0) {
            var batch = spool.peek(batchSize, 1_000_000);
            uuids.addAll(uuids(batch));
            spool.drop(batch);
        }
        return uuids;
    }

    private static List<String> uuids(SpoolReader.Batch batch) {
        return batch.events().stream().map(event -> event.message().uuid()).toList();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> tree = Files.walk(root)) {
            return tree.filter(path -> path.toString().endsWith(".spool")).sorted().toList();
        }
    }
}
