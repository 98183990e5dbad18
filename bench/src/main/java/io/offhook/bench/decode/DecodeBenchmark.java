package io.offhook.bench.decode;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.offhook.ingestor.call.ChannelEventReader;
import io.offhook.ingestor.call.TenantRules;
import io.offhook.ingestor.esl.EslEvent;
import io.offhook.testkit.freeswitch.EventFormat;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** One operation is the whole stream: chunks in, a read ChannelEvent out of each event. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class DecodeBenchmark {

    /** System property: the folder in which the streams lie. */
    static final String STREAMS = "bench.streams";
    /** The ingestor's own rules when nothing is set. */
    static final TenantRules TENANTS = new TenantRules(List.of("variable_tenant", "variable_domain_name",
            "variable_dialed_domain", "Channel-Presence-ID"), Map.of());

    @Param({"OFFHOOK_JSON", "OFFHOOK_PLAIN", "ESL_CLIENT", "FREESWITCH_ESL"})
    private Client client;

    @Param({"SUBSCRIBED", "ALL"})
    private Mix mix;

    private final ChannelEventReader reader = new ChannelEventReader(TENANTS);
    private byte[] stream;
    private EventDecoder decoder;
    private Blackhole sink;
    private long read;

    @Setup
    public void open(Blackhole blackhole) throws IOException {
        EventFormat format = client == Client.OFFHOOK_JSON ? EventFormat.JSON : EventFormat.PLAIN;
        stream = CapturedStream.read(Path.of(System.getProperty(STREAMS)), mix, format);
        sink = blackhole;
        decoder = client.open(this::take);
    }

    @Benchmark
    public long decode(CpuTime cpu) {
        long begin = cpu.now();
        for (int at = 0; at < stream.length; at += CapturedStream.CHUNK_BYTES) {
            decoder.feed(stream, at, Math.min(CapturedStream.CHUNK_BYTES, stream.length - at));
        }
        cpu.add(begin);
        return read;
    }

    private void take(EslEvent event) {
        sink.consume(reader.read("fs1", event));
        read++;
    }
}
