package io.offhook.bench.decode;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.offhook.bench.Options;
import io.offhook.bench.Report;
import io.offhook.bench.Samples;
import io.offhook.testkit.freeswitch.Capture;
import io.offhook.testkit.freeswitch.Captures;
import io.offhook.testkit.freeswitch.EventFormat;
import io.offhook.testkit.process.DataDirectory;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Bytes to ChannelEvents: ours beside the two clients on Maven Central, on the captured mix. */
public final class DecodeBench {

    private static final String ALLOCATED = "gc.alloc.rate.norm";

    private record Figure(Samples eventsPerSecond, Samples byTheClock, double bytesPerEvent) {}

    private DecodeBench() {}

    /** @throws IllegalArgumentException for options that are none */
    public static void run(Options options) throws IOException, RunnerException {
        boolean quick = options.quick();
        int forks = options.number("forks", quick ? 1 : 3);
        int warmup = options.number("warmup", quick ? 1 : 20);
        int measure = options.number("measure", quick ? 1 : 20);
        options.root();
        options.requireAllRead();
        DataDirectory directory = DataDirectory.temporary("offhook-bench-");
        try {
            Capture.Frame plainOne = Captures.open("s01_inbound_app").frames().stream()
                    .filter(frame -> frame.event() != null && frame.event().name().equals("CHANNEL_ANSWER")).findFirst()
                    .orElseThrow();
            var report = new Report("decode", options);
            Map<Mix, CapturedStream> streams = new EnumMap<>(Mix.class);
            var check = new YardstickCheck(plainOne);
            for (Mix mix : Mix.values()) {
                CapturedStream stream = CapturedStream.of(mix, check::isDecodable);
                stream.write(directory.path(), mix);
                streams.put(mix, stream);
            }
            Collection<RunResult> results = new Runner(new OptionsBuilder().include(DecodeBenchmark.class.getName())
                    .forks(forks).threads(1).addProfiler(GCProfiler.class)
                    .warmupIterations(Math.ceilDiv(warmup, 5)).warmupTime(TimeValue.seconds(Math.min(5, warmup)))
                    .measurementIterations(Math.ceilDiv(measure, 2)).measurementTime(
                            TimeValue.seconds(Math.min(2, measure)))
                    // One thread and its garbage: the collector's work counts as the decoder's.
                    .jvmArgs("-XX:+UseSerialGC", "-Xms1g", "-Xmx1g",
                            "-D" + DecodeBenchmark.STREAMS + "=" + directory.path())
                    .shouldFailOnError(true).build()).run();
            for (Mix mix : Mix.values()) {
                write(report, mix, streams.get(mix), check, results);
            }
            report.line("Each number is of one thread with a serial collector, %d s of warm-up, %d x %d s in each of %d"
                    + " fork(s); median (lowest to highest) of the iterations. The"
                    + " CPU time is that of the decoding thread. Read by header name from each event: the"
                    + " fields of a ChannelEvent. Of the captures' frames, `esl-client` could not decode %d and read %d"
                    + " otherwise than ours, `freeswitch-esl` %d and %d; what one cannot decode is left out for all.",
                    warmup, Math.ceilDiv(measure, 2), Math.min(2, measure), forks,
                    check.undecodable(Client.ESL_CLIENT), check.different(Client.ESL_CLIENT),
                    check.undecodable(Client.FREESWITCH_ESL), check.different(Client.FREESWITCH_ESL));
            report.publish();
        } finally {
            directory.deleteIfTemporary();
        }
    }

    private static void write(Report report, Mix mix, CapturedStream stream, YardstickCheck check,
            Collection<RunResult> results) {
        Map<Client, Figure> figures = new EnumMap<>(Client.class);
        for (RunResult result : results) {
            if (result.getParams().getParam("mix").equals(mix.name())) {
                figures.put(Client.valueOf(result.getParams().getParam("client")), figure(result, stream.events()));
            }
        }
        Figure faster = Stream.of(Client.ESL_CLIENT, Client.FREESWITCH_ESL).map(figures::get)
                .reduce((a, b) -> a.eventsPerSecond.median() >= b.eventsPerSecond.median() ? a : b).orElseThrow();
        report.line("### %s: %d frames of captures x %d, %d bytes each in JSON, %d in plain, chunks of %d KiB",
                mix == Mix.SUBSCRIBED ? "What the ingestor subscribes to" : "All events", stream.frames().size(),
                stream.repetitions(), mean(stream, EventFormat.JSON), mean(stream, EventFormat.PLAIN),
                CapturedStream.CHUNK_BYTES / 1024);
        report.line("");
        report.line(
                "| | events per second of CPU time | by the wall clock | bytes allocated per event | events/s, x the faster yardstick"
                        + " | allocation, x that one's |");
        report.line("|---|---|---|---|---|---|");
        for (Client client : Client.values()) {
            Figure figure = figures.get(client);
            Samples speed = figure.eventsPerSecond;
            report.line("| %s | %,.0f (%,.0f to %,.0f) | %,.0f | %,.0f | %.2f | 1/%.1f |", name(client),
                    speed.median(), speed.min(), speed.max(), figure.byTheClock.median(), figure.bytesPerEvent,
                    speed.median() / faster.eventsPerSecond.median(), faster.bytesPerEvent / figure.bytesPerEvent);
        }
        report.line("");
    }

    private static Figure figure(RunResult result, int events) {
        List<Double> ofCpu = new ArrayList<>();
        List<Double> ofWall = new ArrayList<>();
        result.getBenchmarkResults().forEach(fork -> fork.getIterationResults().forEach(iteration -> {
            var counted = iteration.getSecondaryResults();
            ofCpu.add(events * 1e9 * counted.get("passes").getScore() / counted.get("nanos").getScore());
            // The score is microseconds per pass over the stream.
            ofWall.add(events * 1e6 / iteration.getPrimaryResult().getScore());
        }));
        double bytes = result.getSecondaryResults().get(ALLOCATED).getScore() / events;
        return new Figure(samples(ofCpu), samples(ofWall), bytes);
    }

    private static Samples samples(List<Double> values) {
        return new Samples(values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    private static long mean(CapturedStream stream, EventFormat format) {
        return Math.round(stream.frames().stream().mapToInt(frame -> frame.bytes(format).length).average()
                .orElseThrow());
    }

    private static String name(Client client) {
        return switch (client) {
            case OFFHOOK_JSON -> "Offhook, JSON (what the ingestor uses)";
            case OFFHOOK_PLAIN -> "Offhook, plain";
            case ESL_CLIENT -> "esl-client 0.9.2, plain";
            case FREESWITCH_ESL -> "freeswitch-esl 2.2.0, plain";
        };
    }
}
