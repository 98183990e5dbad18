package io.offhook.bench.ingestor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import io.offhook.bench.Options;
import io.offhook.bench.ReadTopic;
import io.offhook.bench.Report;
import io.offhook.model.Topics;
import io.offhook.testkit.kafka.KafkaProcess;
import io.offhook.testkit.process.DataDirectory;

/** A whole ingestor between replayed nodes and a real broker, at rising rates until the machine does not keep up. */
public final class IngestorBench {

    private IngestorBench() {}

    /** @throws IllegalArgumentException for options that are none */
    public static void run(Options options) throws Exception {
        boolean quick = options.quick();
        int nodeCount = options.number("nodes", quick ? 3 : 20);
        List<Integer> rates = options.numbers("calls", quick ? "5" : "5,10,20,30,40,50,75,100,125");
        int warmup = options.number("warmup", quick ? 5 : 20);
        int measure = options.number("measure", quick ? 5 : 30);
        List<EventTypes> types = Arrays.stream(options.text("types", "subscribed,eleven").split(","))
                .map(EventTypes::of).toList();
        var jar = options.root().resolve("esl-ingestor/target/esl-ingestor.jar");
        options.requireAllRead();
        var report = new Report("ingestor", options);
        DataDirectory directory = DataDirectory.temporary("offhook-bench-");
        var nodes = new ArrayList<ReplayedNode>();
        try (KafkaProcess kafka = KafkaProcess.asShipped().start()) {
            for (int i = 1; i <= nodeCount; i++) {
                nodes.add(new ReplayedNode(
                        "c0de0000-0000-4000-8000-%012x".formatted(i).getBytes(StandardCharsets.US_ASCII)));
            }
            try (var ingestor = new IngestorProcess(jar, directory.path(), kafka.bootstrapServers(), nodes);
                    var topic = new ReadTopic(kafka.bootstrapServers(),
                            new Topics(Topics.DEFAULT_PREFIX).callEvents())) {
                var load = new Load(ingestor, topic, nodes, warmup, measure);
                for (EventTypes each : types) {
                    climb(load, each, rates, report, options, kafka.bootstrapServers());
                }
            }
            explain(report, nodeCount, warmup, measure);
            report.publish();
        } finally {
            for (ReplayedNode node : nodes) {
                node.close();
            }
            directory.deleteIfTemporary();
        }
    }

    private static void climb(Load load, EventTypes types, List<Integer> rates, Report report, Options options,
            String brokers) throws IOException, InterruptedException {
        var script = CallScript.of(types);
        report.line("### %s: %d events a call, %d bytes each: %s", types.word(), script.events(),
                script.bytes() / script.events(), types);
        report.line("");
        report.line(
                "| calls/s per node | events/s sent | call events/s published | ingestor CPU s per 1,000 events sent"
                        + " | cores: ingestor, broker, load | RSS MiB | to append p50, p99, max ms | to ack p50, p99 ms, at most"
                        + " | load late ms, at most | |");
        report.line("|---|---|---|---|---|---|---|---|---|---|");
        Step best = null;
        for (int rate : rates) {
            Step step = load.run(types, rate);
            System.out.println(row(step));
            report.line("%s", row(step));
            if (!step.sustained()) {
                break;
            }
            best = step;
        }
        report.line("");
        if (best != null) {
            report.line("%s", load.yardstick(best, brokers));
            report.line("");
        }
    }

    private static String row(Step step) {
        return String.format(Locale.ROOT,
                "| %d | %,.0f | %,.0f | %.4f | %.2f, %.2f, %.2f | %d | %.0f, %.0f, %.0f | %.1f, %.1f | %d | %s |",
                step.callsPerNode(), step.sent(), step.published(),
                step.ingestorCpu() / (step.sent() * step.seconds()) * 1000, step.ingestorCpu() / step.seconds(),
                step.kafkaCpu() / step.seconds(), step.loadCpu() / step.seconds(), step.residentMiB(),
                step.appended().median(), step.appended().percentile(99), step.appended().max(),
                step.acknowledged().percentileMillis(50), step.acknowledged().percentileMillis(99), step.lagMillis(),
                step.sustained() ? "" : step.complete() ? "not sustained" : "events missing");
    }

    private static void explain(Report report, int nodes, int warmup, int measure) {
        report.line(
                "%d nodes, each a socket that replays a captured bridged call (two legs, 3 s) as new calls at a steady"
                        + " rate, without heartbeats; %d s of warm-up and %d s measured for each rate. Broker (one),"
                        + " load and ingestor (`%s`, else the JVM's own choice) share the cores: the rate at which one of them"
                        + " starves is that of the three together. To append: from the moment before the socket write, which"
                        + " stands in the events as their time, to the broker's LogAppendTime, in whole milliseconds. To ack: the"
                        + " ingestor's histogram `offhook_ingestor_latency`, bounds of buckets. A rate is sustained when every"
                        + " event is in the topic at most 10 s after the last was sent, p99 and the load's own delay are below"
                        + " 1 s.",
                nodes, warmup, measure, IngestorProcess.HEAP);
    }
}
