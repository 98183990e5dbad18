package io.offhook.bench;

import java.util.Arrays;

import io.offhook.bench.audit.AuditBench;
import io.offhook.bench.backlog.BacklogBench;
import io.offhook.bench.decode.DecodeBench;
import io.offhook.bench.dispatch.EfficiencyBench;
import io.offhook.bench.dispatch.GrowthBench;
import io.offhook.bench.dispatch.IsolationBench;
import io.offhook.bench.dispatch.LatencyBench;
import io.offhook.bench.dispatch.ScaleBench;
import io.offhook.bench.ingestor.IngestorBench;
import io.offhook.bench.queries.QueriesBench;
import io.offhook.bench.rebuild.RebuildBench;

/** {@code ./offhook bench NAME [--option value ...]}: one measurement, whose results go to RESULTS.md. */
public final class BenchCommand {

    private BenchCommand() {}

    public static void main(String[] arguments) throws Exception {
        String name = arguments.length == 0 ? "" : arguments[0];
        try {
            var options = new Options(
                    Arrays.asList(arguments).subList(Math.min(1, arguments.length), arguments.length));
            switch (name) {
                case "audit" -> AuditBench.run(options);
                case "decode" -> DecodeBench.run(options);
                case "efficiency" -> EfficiencyBench.run(options);
                case "growth" -> GrowthBench.run(options);
                case "ingestor" -> IngestorBench.run(options);
                case "isolation" -> IsolationBench.run(options);
                case "latency" -> LatencyBench.run(options);
                case "queries" -> QueriesBench.run(options);
                case "rebuild" -> RebuildBench.run(options);
                case "scale" -> ScaleBench.run(options);
                case "backlog" -> BacklogBench.run(options);
                default -> throw new IllegalArgumentException(
                        "bench: \"" + name
                                + "\" (expected: audit, backlog, decode, efficiency, growth, ingestor, isolation,"
                                + " latency, queries, rebuild or scale)");
            }
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
    }
}
