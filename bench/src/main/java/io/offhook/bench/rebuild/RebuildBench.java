package io.offhook.bench.rebuild;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import io.offhook.bench.Options;
import io.offhook.bench.Report;
import io.offhook.bench.Samples;
import io.offhook.testkit.kafka.KafkaProcess;
import io.offhook.testkit.process.JavaCommand;
import io.offhook.testkit.process.JavaProcess;

/** How long an ingestor that starts takes to know the legs that are open. */
public final class RebuildBench {

    private static final String HEAP = "-Xmx512m";
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private RebuildBench() {}

    /** @throws IllegalArgumentException for options that are none */
    public static void run(Options options) throws Exception {
        boolean quick = options.quick();
        int open = options.number("legs", quick ? 2_000 : 100_000);
        int events = options.number("events", quick ? 4_000 : 200_000);
        List<Integer> ended = options.numbers("ended", quick ? "1,1000" : "1,100000,500000");
        int runs = options.number("runs", quick ? 2 : 5);
        options.root();
        options.requireAllRead();
        var report = new Report("rebuild", options);
        report.line(
                "| open legs | ended legs in the legs topic | recent events | s until all are known, median (lowest to"
                        + " highest) | MiB of heap that stay in use, median (lowest to highest) |");
        report.line("|---|---|---|---|---|");
        for (int gone : ended) {
            try (KafkaProcess kafka = KafkaProcess.asShipped().start()) {
                new LegStock(kafka.bootstrapServers()).fill(open, gone, events);
                measure(report, kafka.bootstrapServers(), open, gone, events, runs);
            }
        }
        report.line("");
        report.line("%d runs, each in a fresh JVM (`%s`): from making the consumer to the last leg resumed, JVM start"
                + " excluded. An open leg has three records in the legs topic, an ended one four, since nothing of the"
                + " topic's active segments is compacted; recent events are those of the two minutes that are read back.",
                runs, HEAP);
        report.publish();
    }

    private static void measure(Report report, String brokers, int open, int ended, int events, int runs) {
        var seconds = new ArrayList<Double>();
        var mebibytes = new ArrayList<Double>();
        for (int i = 0; i < runs; i++) {
            try (JavaProcess run = JavaCommand.mainClass(RebuildRun.class)
                    .jvmOptions(HEAP, "--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED")
                    .arguments(brokers).start()) {
                String line = run.waitForLine(Pattern.compile("^" + RebuildRun.RESULT), PATIENCE);
                String[] words = line.substring(line.indexOf(RebuildRun.RESULT) + RebuildRun.RESULT.length()).strip()
                        .split(" ");
                if (Integer.parseInt(words[1]) != open || Integer.parseInt(words[3]) != 0) {
                    throw new IllegalStateException("found " + words[1] + " open legs and published " + words[3]
                            + " events (expected: " + open + " and none)");
                }
                seconds.add(Double.valueOf(words[0]));
                mebibytes.add(Double.valueOf(words[2]));
                System.out.println(line);
            }
        }
        report.line("| %,d | %,d | %,d | %s | %s |", open, ended, events, spread("%.2f", seconds),
                spread("%.0f", mebibytes));
    }

    private static String spread(String format, List<Double> values) {
        return new Samples(values.stream().mapToDouble(Double::doubleValue).toArray()).spread(format);
    }
}
