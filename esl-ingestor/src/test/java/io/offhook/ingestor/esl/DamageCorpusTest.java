package io.offhook.ingestor.esl;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Streams that were damaged, each in a file: made by hand, or found by the fuzz test. Whatever stands in one, the frames behind it are
 * all found. A stream that makes this or the fuzz test fail is added to the folder.
 */
class DamageCorpusTest {

    /** More bytes than the longest plain frame of the corpus announces and does not have. */
    private static final int BEHIND = 60;
    private static final int SHORT = 2_000;

    static List<Path> corpus() throws IOException, URISyntaxException {
        Path folder = Path.of(DamageCorpusTest.class.getResource("/esl-corpus").toURI());
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".esl")).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void allFramesBehindAreFoundWhereverTheBytesAreCut(Path file) throws IOException {
        byte[] damaged = Files.readAllBytes(file);
        byte[] bytes = Streams.concat(damaged, Streams.repeat(Streams.HEARTBEAT, BEHIND));
        int to = damaged.length <= SHORT ? damaged.length + 2 * Streams.HEARTBEAT.length : 1;
        for (int at = 1; at <= to; at++) {
            expectHeartbeats(Streams.decodeSplit(bytes, at), at);
        }
        for (int seed = 0; seed < 20; seed++) {
            var decoder = new FrameDecoder();
            var found = new ArrayList<EslFrame>();
            Streams.feedInChunks(decoder, found, bytes, new Random(seed), 1 + seed * 40);
            expectHeartbeats(found, -seed);
        }
    }

    private static void expectHeartbeats(List<EslFrame> found, int cut) {
        byte[] body = Arrays.copyOfRange(Streams.HEARTBEAT, Streams.HEARTBEAT.length - 26, Streams.HEARTBEAT.length);
        long heartbeats = found.stream().filter(frame -> Arrays.equals(frame.body(), body)).count();
        assertThat(heartbeats).as("cut at %d", cut).isEqualTo(BEHIND);
    }
}
