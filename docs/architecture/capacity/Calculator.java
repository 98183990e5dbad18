import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The arithmetic behind capacity.md. Every table of that document between "calculator" markers is printed here.
 *
 * <pre>
 * java Calculator.java           prints the tables
 * java Calculator.java --check   exit 1 and the first difference if the document says otherwise
 * java Calculator.java --write   rewrites the document's tables
 * java Calculator.java --calls N the tables for a number of concurrent calls of your own
 * </pre>
 */
public final class Calculator {
    /** A number the tables are made from, with where it comes from. The order is that of the table of inputs. */
    private static final Map<String, String[]> INPUTS = new LinkedHashMap<>();

    // --- traffic
    private static final double HOLD_S = input("mean time a call holds its legs", 180, "s", "assumption, ringing included; replace it by the mean of your CDRs");
    private static final double BUSY_HOUR_SHARE = input("share of a day's minutes in the busy hour", 0.12, "", "assumption; 0.10 to 0.15 is the usual range for business traffic");
    private static final double LEGS_PER_CALL = input("legs of a call", 2, "", "a bridged call; IVR and voicemail have one, a ring group more");
    private static final double ANSWERED = input("share of legs that are answered", 0.7, "", "assumption");
    private static final double DEVICES_PER_CALL = input("registered devices per concurrent call", 10, "", "assumption: 0.1 erlang per device in the busy hour");
    private static final double REGISTER_S = input("registration interval", 600, "s", "configuration: max_expires of the router");
    // --- nodes
    private static final double CALLS_PER_NODE = input("bridged calls of a FreeSWITCH node", 400, "", "assumption: 800 legs stay below the shipped max-sessions of 1,000; to be measured with SIPp on the hardware bought");
    private static final double SPARE_PAIRS = input("one spare pair per started", 10, "pairs", "configuration: a pair can be drained while another one fails");
    private static final double LEGS_PER_RELAY = input("legs of a media relay", 5_000, "", "assumption: 500,000 packets/s in, a quarter of the 2 million that the [rtpengine deployment guide](https://new.tumarm.com/blog/rtpengine-deployment-guide) gives for the kernel module on 4 cores; to be measured, SRTP and DTLS included");
    private static final double CELL_CALLS = input("concurrent calls of a cell", 10_000, "", "decision: bounds what one fault can take");
    private static final double DEVICES_PER_EDGE_PAIR = input("devices of an edge pair", 50_000, "", "configuration: tcp_max_connections 65,536 less a quarter");
    private static final double CELLS_PER_REGION = input("cells of a region", 25, "", "decision: bounds the region's PostgreSQL and Kafka");
    // --- media
    private static final double PACKETS_PER_S = input("packets of a stream", 50, "/s", "20 ms frames");
    private static final double RTP_BYTES = input("IP packet of G.711 with SRTP", 210, "bytes", "160 payload + 12 RTP + 8 UDP + 20 IP + 10 SRTP tag (RFC 3711)");
    // --- recordings
    private static final double RECORDED = input("share of minutes recorded", 0.3, "", "assumption; by tenant policy");
    private static final double OPUS_BPS = input("bit rate of a stored recording", 24_000, "bit/s", "decision: Opus, stereo, one party per channel");
    private static final double ENCODE_SPEED = input("encoding speed of Opus", 100, "x real time and core", "assumption; measure with the build of libopus used");
    private static final double RETENTION_D = input("retention of recordings", 365, "d", "assumption; by tenant policy");
    private static final double STANDARD_D = input("days in the standard class", 30, "d", "configuration: what is listened to is mostly young");
    private static final double INFREQUENT_D = input("days in infrequent access, in the variant with it", 60, "d", "to day 90");
    private static final double STANDARD_PRICE = input("price of S3 Standard", 0.023, "USD/GB and month", "[S3 pricing](https://aws.amazon.com/s3/pricing/), us-east-1, first 50 TB; check before you budget");
    private static final double INFREQUENT_PRICE = input("price of S3 Standard-IA", 0.0125, "USD/GB and month", "the same page");
    private static final double ARCHIVE_PRICE = input("price of S3 Glacier Instant Retrieval", 0.004, "USD/GB and month", "the same page");
    private static final double PUT_PRICE = input("price of a PUT", 0.000005, "USD", "the same page: 0.005 per 1,000");
    private static final double TO_INFREQUENT_PRICE = input("price of a transition to infrequent access", 0.00001, "USD", "the same page: 0.01 per 1,000");
    private static final double TO_ARCHIVE_PRICE = input("price of a transition to the archive", 0.00002, "USD", "the same page: 0.02 per 1,000");
    private static final double ERASURE = input("raw per stored byte, self-hosted", 1.4 * 1.25, "", "erasure code 10+4 = 1.4, a fifth of the disks free = 1.25");
    // --- events and records
    private static final double ESL_BYTES_PER_LEG = input("event socket bytes of a leg", 30_000, "bytes", "measured on FreeSWITCH 1.10.12: 20.1 kB for CREATE, ANSWER, HANGUP_COMPLETE as JSON; half as much again for ORIGINATE of outbound legs and call variables");
    private static final double EVENTS_PER_LEG = input("webhook events of a leg", 2 + ANSWERED, "", "originate, hangup, and answer where there is one");
    private static final double EVENT_BYTES = input("event record in Kafka", 1_000, "bytes", "the largest body of the README is 463 bytes, headers and framing about as much");
    private static final double CDR_JSON_BYTES = input("CDR as JSON", 10_000, "bytes", "measured on FreeSWITCH 1.10.12: 4.6 to 15 kB");
    private static final double KAFKA_COMPRESSION = input("compression in Kafka", 3, "", "assumption: zstd on JSON");
    private static final double KAFKA_DAYS = input("retention in Kafka", 7, "d", "OFFHOOK_TOPIC_RETENTION");
    private static final double KAFKA_REPLICAS = input("replicas in Kafka", 3, "", "decision");
    private static final double EVENTS_PER_PARTITION = input("events of a partition", 500, "/s", "decision: a dispatcher that owns one partition is far from its limit");
    private static final double MIN_PARTITIONS = input("partitions at least", 24, "", "OFFHOOK_TOPIC_PARTITIONS");
    private static final double WEBHOOKS_PER_DISPATCHER = input("webhooks of a dispatcher", 2_000, "/s", "assumption: one core sends 41,000 POSTs/s without TLS (decision 004); TLS, signing and slow receivers take the rest until it is measured");
    private static final double ENDPOINTS_PER_EVENT = input("endpoints that want an event", 1, "", "assumption: every tenant has one");
    private static final double RECEIVER_S = input("time a receiver takes", 0.2, "s", "assumption");
    private static final double CDR_ROW_BYTES = input("CDR in PostgreSQL", 1_000, "bytes", "assumption: 40 columns, three indexes");
    private static final double CDR_HOT_D = input("days of CDRs in PostgreSQL", 90, "d", "decision; older ones are Parquet files in the object store");
    private static final double TRACK_WRITES = input("recovery writes of an answered leg", 4, "", "assumption: answer, bridge, one change, delete");
    private static final double TRACK_BYTES = input("recovery row", 20_000, "bytes", "assumption: the channel as XML, 170 to 220 variables were measured");
    private static final double SIP_MESSAGES = input("captured SIP messages of a call", 28, "", "two legs of 7 (INVITE, 100, 180, 200, ACK, BYE, 200), each seen at the edge and at FreeSWITCH");
    private static final double SIP_BYTES = input("captured SIP message", 800, "bytes", "assumption");
    private static final double LOG_BYTES_PER_LEG = input("logs of a leg", 6_000, "bytes", "assumption: FreeSWITCH at INFO, Kamailio, agent: 40 lines");
    private static final double HEP_DAYS = input("retention of SIP capture", 7, "d", "decision, see observability");
    private static final double LOG_DAYS = input("retention of logs", 30, "d", "decision, see observability");
    // --- hosts
    private static final double VCPU_PRICE = input("price of a vCPU", 31, "USD/month", "c6i.2xlarge on demand, us-east-1: 0.34 USD/h for 8 vCPU, times 730 h ([EC2 pricing](https://aws.amazon.com/ec2/pricing/on-demand/))");
    private static final double EGRESS_PRICE = input("price of internet egress", 0.05, "USD/GB", "[EC2 pricing](https://aws.amazon.com/ec2/pricing/on-demand/), data transfer out, the step above 150 TB a month");

    private static final long[] SIZES = {1_000, 10_000, 100_000, 1_000_000};
    private static final double DAYS_PER_MONTH = 30;
    private static final Pattern BLOCK = Pattern.compile("<!-- calculator:([a-z-]+) -->\n(.*?)<!-- /calculator -->", Pattern.DOTALL);

    private final long[] sizes;

    private Calculator(long[] sizes) {
        this.sizes = sizes;
    }

    public static void main(String[] args) throws IOException {
        if (args.length == 2 && args[0].equals("--calls")) {
            new Calculator(new long[] {Long.parseLong(args[1])}).tables().forEach((name, table) -> System.out.println("## " + name + "\n" + table));
            return;
        }
        var tables = new Calculator(SIZES).tables();
        if (args.length == 0) {
            tables.forEach((name, table) -> System.out.println("## " + name + "\n" + table));
            return;
        }
        // The document is given, or is found from the root of the repository.
        Path document = args.length > 1 ? Path.of(args[1]) : Path.of("docs/architecture/capacity.md");
        String written = Files.readString(document);
        String wanted = fill(written, tables);
        switch (args[0]) {
            case "--write" -> Files.writeString(document, wanted);
            case "--check" -> check(document, written, wanted);
            default -> fail("usage: java Calculator.java [--check|--write [capacity.md]] | --calls N");
        }
    }

    private Map<String, String> tables() {
        var tables = new LinkedHashMap<String, String>();
        tables.put("inputs", inputs());
        tables.put("traffic", traffic());
        tables.put("nodes", nodes());
        tables.put("media", media());
        tables.put("codecs", codecs());
        tables.put("recordings", recordings());
        tables.put("events", events());
        tables.put("records", records());
        tables.put("watching", watching());
        tables.put("cost", cost());
        return tables;
    }

    // ------------------------------------------------------------------ the model

    private static double perSecond(long calls) {
        return calls / HOLD_S;
    }

    private static double legsPerSecond(long calls) {
        return perSecond(calls) * LEGS_PER_CALL;
    }

    private static double minutesPerDay(long calls) {
        return calls * 60 / BUSY_HOUR_SHARE;
    }

    private static double callsPerDay(long calls) {
        return minutesPerDay(calls) * 60 / HOLD_S;
    }

    private static double legsPerDay(long calls) {
        return callsPerDay(calls) * LEGS_PER_CALL;
    }

    private static double cells(long calls) {
        return Math.ceil(calls / CELL_CALLS);
    }

    private static double regions(long calls) {
        return Math.ceil(cells(calls) / CELLS_PER_REGION);
    }

    private static double callsPerCell(long calls) {
        return calls / cells(calls);
    }

    private static double pairs(long calls) {
        double working = Math.ceil(callsPerCell(calls) / CALLS_PER_NODE);
        return cells(calls) * (working + Math.ceil(working / SPARE_PAIRS));
    }

    private static double relays(long calls) {
        return cells(calls) * (Math.ceil(callsPerCell(calls) * LEGS_PER_CALL / LEGS_PER_RELAY) + 1);
    }

    private static double edges(long calls) {
        return cells(calls) * 2 * Math.ceil(callsPerCell(calls) * DEVICES_PER_CALL / DEVICES_PER_EDGE_PAIR);
    }

    private static double events(long calls) {
        return legsPerSecond(calls) * EVENTS_PER_LEG;
    }

    private static double dispatchers(long calls) {
        return regions(calls) * (Math.ceil(events(calls) * ENDPOINTS_PER_EVENT / regions(calls) / WEBHOOKS_PER_DISPATCHER) + 1);
    }

    private static double partitions(long calls) {
        double needed = events(calls) / regions(calls) / EVENTS_PER_PARTITION;
        return Math.max(MIN_PARTITIONS, Math.ceil(needed / MIN_PARTITIONS) * MIN_PARTITIONS);
    }

    private static double kafkaBytesPerDay(long calls) {
        return legsPerDay(calls) * (EVENTS_PER_LEG * EVENT_BYTES + CDR_JSON_BYTES) / KAFKA_COMPRESSION;
    }

    private static double brokers(long calls) {
        return regions(calls) * 3;
    }

    private static double recordedGbPerDay(long calls) {
        return minutesPerDay(calls) * RECORDED * 60 * OPUS_BPS / 8 / 1e9;
    }

    private static double recordedFilesPerDay(long calls) {
        return callsPerDay(calls) * RECORDED;
    }

    /** A month's bill once the first recordings reach their end: each day's bytes lie so many days in each class. */
    private static double tieredStorage(long calls) {
        return recordedGbPerDay(calls) * (STANDARD_D * STANDARD_PRICE + (RETENTION_D - STANDARD_D) * ARCHIVE_PRICE);
    }

    private static double requests(long calls) {
        return recordedFilesPerDay(calls) * DAYS_PER_MONTH * (PUT_PRICE + TO_ARCHIVE_PRICE);
    }

    private static double withInfrequentAccess(long calls) {
        double archiveDays = RETENTION_D - STANDARD_D - INFREQUENT_D;
        return recordedGbPerDay(calls) * (STANDARD_D * STANDARD_PRICE + INFREQUENT_D * INFREQUENT_PRICE + archiveDays * ARCHIVE_PRICE)
                + recordedFilesPerDay(calls) * DAYS_PER_MONTH * (PUT_PRICE + TO_INFREQUENT_PRICE + TO_ARCHIVE_PRICE);
    }

    private static double egressGbPerMonth(long calls) {
        return minutesPerDay(calls) * DAYS_PER_MONTH * LEGS_PER_CALL * 60 * PACKETS_PER_S * RTP_BYTES / 1e9;
    }

    private static double vcpus(long calls) {
        double freeswitch = pairs(calls) * 2 * 8;
        double relays = relays(calls) * 8;
        double edges = edges(calls) * 4;
        double perCell = cells(calls) * (2 * 4 + 3 * 8 + 3 * 2 + 2 * 4); // routers, call-state PostgreSQL, Valkey, coturn
        double perRegion = regions(calls) * (3 * 16 + 2 * 4 + 2 * 2 + 8 * 4 + 6 * 8); // PostgreSQL, ingestors, API, web and workers, monitoring
        return freeswitch + relays + edges + perCell + perRegion + brokers(calls) * 8 + dispatchers(calls) * 4;
    }

    // ------------------------------------------------------------------ the tables

    private static String inputs() {
        var table = new StringBuilder("| input | value | source |\n|---|---|---|\n");
        INPUTS.forEach((name, value) -> table.append("| ").append(name).append(" | ").append(value[0]).append(" | ").append(value[1]).append(" |\n"));
        return table.toString();
    }

    private String traffic() {
        return table("concurrent calls in the busy hour",
                row("calls/s = concurrent / hold time", calls -> number(perSecond(calls))),
                row("legs = calls x 2", calls -> number(calls * LEGS_PER_CALL)),
                row("legs/s", calls -> number(legsPerSecond(calls))),
                row("minutes/day = concurrent x 60 / busy-hour share", calls -> number(minutesPerDay(calls))),
                row("calls/day", calls -> number(callsPerDay(calls))),
                row("registered devices", calls -> number(calls * DEVICES_PER_CALL)),
                row("REGISTER/s = devices / interval", calls -> number(calls * DEVICES_PER_CALL / REGISTER_S)));
    }

    private String nodes() {
        return table("concurrent calls",
                row("cells", calls -> number(cells(calls))),
                row("regions", calls -> number(regions(calls))),
                row("FreeSWITCH pairs, spares included", calls -> number(pairs(calls))),
                row("FreeSWITCH hosts (8 vCPU)", calls -> number(pairs(calls) * 2)),
                row("calls/s of a busy node (limit: 30 sessions/s)", calls -> number(CALLS_PER_NODE / HOLD_S)),
                row("media relays, one spare per cell (8 vCPU)", calls -> number(relays(calls))),
                row("SIP edges (4 vCPU)", calls -> number(edges(calls))),
                row("SIP routers (4 vCPU)", calls -> number(cells(calls) * 2)),
                row("call-state PostgreSQL (8 vCPU)", calls -> number(cells(calls) * 3)),
                row("region PostgreSQL (16 vCPU)", calls -> number(regions(calls) * 3)),
                row("Kafka brokers (8 vCPU)", calls -> number(brokers(calls))),
                row("Offhook: ingestors, dispatchers, APIs", calls -> number(regions(calls) * 2) + ", " + number(dispatchers(calls)) + ", " + number(regions(calls) * 2)),
                row("vCPU of all, monitoring and web included", calls -> number(vcpus(calls))));
    }

    private String media() {
        return table("concurrent calls",
                row("internet, each way, Gbit/s = legs x 50 x 210 B x 8", calls -> number(calls * LEGS_PER_CALL * PACKETS_PER_S * RTP_BYTES * 8 / 1e9)),
                row("relays: packets/s in = legs x 2 sides x 50", calls -> number(calls * LEGS_PER_CALL * 2 * PACKETS_PER_S)),
                row("one relay at its plan: packets/s in", calls -> number(LEGS_PER_RELAY * 2 * PACKETS_PER_S)),
                row("one FreeSWITCH node at its plan: packets/s in", calls -> number(CALLS_PER_NODE * LEGS_PER_CALL * PACKETS_PER_S)),
                row("internet egress, TB/month", calls -> number(egressGbPerMonth(calls) / 1e3)));
    }

    private String codecs() {
        record Codec(String name, double bps) {}
        var codecs = List.of(new Codec("WAV, 16 bit, 8 kHz, stereo", 256_000), new Codec("WAV, mono", 128_000), new Codec("G.711, mono", 64_000),
                new Codec("Opus 24 kbit/s, stereo (chosen)", OPUS_BPS), new Codec("Opus 16 kbit/s, mono", 16_000));
        var rows = new ArrayList<Row>();
        for (var codec : codecs) {
            rows.add(row(codec.name() + ": " + number(codec.bps() * 3600 / 8 / 1e6) + " MB/h",
                    calls -> number(minutesPerDay(calls) * RECORDED * 60 * codec.bps() / 8 / 1e9)));
        }
        return table("concurrent calls: GB/day recorded", rows.toArray(Row[]::new));
    }

    private String recordings() {
        return table("concurrent calls",
                row("recorded minutes/day", calls -> number(minutesPerDay(calls) * RECORDED)),
                row("files/day", calls -> number(recordedFilesPerDay(calls))),
                row("mean file, kB", calls -> number(HOLD_S * OPUS_BPS / 8 / 1e3)),
                row("stored after a year, TB", calls -> number(recordedGbPerDay(calls) * RETENTION_D / 1e3)),
                row("all in Standard, USD/month", calls -> number(recordedGbPerDay(calls) * RETENTION_D * STANDARD_PRICE)),
                row("30 days Standard, then archive (chosen), USD/month", calls -> number(tieredStorage(calls))),
                row("its PUTs and transitions, USD/month", calls -> number(requests(calls))),
                row("with 60 days of infrequent access between, requests included, USD/month", calls -> number(withInfrequentAccess(calls))),
                row("self-hosted: raw TB, erasure coded", calls -> number(recordedGbPerDay(calls) * RETENTION_D / 1e3 * ERASURE)),
                row("spool of a FreeSWITCH node for a day without store, GB", calls -> number(CALLS_PER_NODE * 60 / BUSY_HOUR_SHARE * RECORDED * 60 * OPUS_BPS / 8 / 1e9)),
                row("cores of a FreeSWITCH node that encode", calls -> number(CALLS_PER_NODE * RECORDED / ENCODE_SPEED)));
    }

    private String events() {
        return table("concurrent calls in the busy hour",
                row("event socket, MB/s, each ingestor", calls -> number(legsPerSecond(calls) * ESL_BYTES_PER_LEG / 1e6)),
                row("call events/s = legs/s x 2.7", calls -> number(events(calls))),
                row("webhooks/s", calls -> number(events(calls) * ENDPOINTS_PER_EVENT)),
                row("requests in flight = webhooks/s x 0.2 s", calls -> number(events(calls) * ENDPOINTS_PER_EVENT * RECEIVER_S)),
                row("dispatchers, one spare per region", calls -> number(dispatchers(calls))),
                row("partitions of the events topic, per region", calls -> number(partitions(calls))),
                row("Kafka, GB/day before replication", calls -> number(kafkaBytesPerDay(calls) / 1e9)),
                row("Kafka disk, TB = x 7 days x 3 replicas", calls -> number(kafkaBytesPerDay(calls) * KAFKA_DAYS * KAFKA_REPLICAS / 1e12)),
                row("one hour without any receiver: rows in failed_webhooks", calls -> number(events(calls) * ENDPOINTS_PER_EVENT * 3600)));
    }

    private String records() {
        return table("concurrent calls",
                row("CDR rows/s in the busy hour", calls -> number(legsPerSecond(calls))),
                row("CDR rows/day", calls -> number(legsPerDay(calls))),
                row("CDRs of 90 days in PostgreSQL, GB, all regions", calls -> number(legsPerDay(calls) * CDR_HOT_D * CDR_ROW_BYTES / 1e9)),
                row("the same per region", calls -> number(legsPerDay(calls) * CDR_HOT_D * CDR_ROW_BYTES / 1e9 / regions(calls))),
                row("recovery writes/s of a cell", calls -> number(legsPerSecond(calls) / cells(calls) * ANSWERED * TRACK_WRITES)),
                row("recovery writes, MB/s of a cell", calls -> number(legsPerSecond(calls) / cells(calls) * ANSWERED * TRACK_WRITES * TRACK_BYTES / 1e6)),
                row("recovery rows of a pair at its plan", calls -> number(CALLS_PER_NODE * LEGS_PER_CALL)));
    }

    private String watching() {
        return table("concurrent calls",
                row("SIP capture, MB/s in the busy hour", calls -> number(hepBytesPerSecond(calls) / 1e6)),
                row("SIP capture, GB/day", calls -> number(hepBytesPerDay(calls) / 1e9)),
                row("SIP capture kept 7 days, TB", calls -> number(hepBytesPerDay(calls) * HEP_DAYS / 1e12)),
                row("logs, GB/day", calls -> number(legsPerDay(calls) * LOG_BYTES_PER_LEG / 1e9)),
                row("logs kept 30 days, TB before compression", calls -> number(legsPerDay(calls) * LOG_BYTES_PER_LEG * LOG_DAYS / 1e12)));
    }

    private String cost() {
        return table("concurrent calls: USD/month",
                row("compute, on demand", calls -> number(vcpus(calls) * VCPU_PRICE)),
                row("internet egress of media", calls -> number(egressGbPerMonth(calls) * EGRESS_PRICE)),
                row("recordings, tiered, with requests", calls -> number(tieredStorage(calls) + requests(calls))),
                row("sum", calls -> number(vcpus(calls) * VCPU_PRICE + egressGbPerMonth(calls) * EGRESS_PRICE + tieredStorage(calls) + requests(calls))),
                row("per 1,000 call minutes", calls -> number((vcpus(calls) * VCPU_PRICE + egressGbPerMonth(calls) * EGRESS_PRICE + tieredStorage(calls)
                        + requests(calls)) / (minutesPerDay(calls) * DAYS_PER_MONTH / 1000))));
    }

    private static double hepBytesPerSecond(long calls) {
        return perSecond(calls) * SIP_MESSAGES * SIP_BYTES + registerBytesPerSecond(calls);
    }

    private static double hepBytesPerDay(long calls) {
        return callsPerDay(calls) * SIP_MESSAGES * SIP_BYTES + registerBytesPerSecond(calls) * 86_400;
    }

    /** REGISTER and its 200; the digest's nonce is used again, so that there is no second pair. */
    private static double registerBytesPerSecond(long calls) {
        return calls * DEVICES_PER_CALL / REGISTER_S * 2 * SIP_BYTES;
    }

    // ------------------------------------------------------------------ printing

    private record Row(String name, LongFunction<String> value) {}

    private static Row row(String name, LongFunction<String> value) {
        return new Row(name, value);
    }

    private String table(String head, Row... rows) {
        var table = new StringBuilder("| " + head + " |");
        for (long size : sizes) {
            table.append(' ').append(number(size)).append(" |");
        }
        table.append("\n|---|").append("---:|".repeat(sizes.length)).append('\n');
        for (Row row : rows) {
            table.append("| ").append(row.name()).append(" |");
            for (long size : sizes) {
                table.append(' ').append(row.value().apply(size)).append(" |");
            }
            table.append('\n');
        }
        return table.toString();
    }

    /** Three significant figures for what is small, whole numbers with separators for what is not. */
    private static String number(double value) {
        if (value == 0 || value >= 100 || value == Math.rint(value)) {
            return String.format(Locale.ROOT, "%,d", Math.round(value));
        }
        return new BigDecimal(value).round(new MathContext(3)).stripTrailingZeros().toPlainString();
    }

    private static double input(String name, double value, String unit, String source) {
        INPUTS.put(name, new String[] {(number(value) + " " + unit).strip(), source});
        return value;
    }

    private static String fill(String document, Map<String, String> tables) {
        var missing = new ArrayList<>(tables.keySet());
        var filled = BLOCK.matcher(document).replaceAll(block -> {
            String table = tables.get(block.group(1));
            if (table == null) {
                fail("the document asks for a table that is not computed: " + block.group(1));
            }
            missing.remove(block.group(1));
            return Matcher.quoteReplacement("<!-- calculator:" + block.group(1) + " -->\n" + table + "<!-- /calculator -->");
        });
        if (!missing.isEmpty()) {
            fail("tables that the document lacks: " + missing);
        }
        return filled;
    }

    private static void check(Path document, String written, String wanted) {
        if (written.equals(wanted)) {
            return;
        }
        var is = written.lines().toList();
        var should = wanted.lines().toList();
        for (int line = 0; line < Math.max(is.size(), should.size()); line++) {
            String left = line < is.size() ? is.get(line) : "(end)";
            String right = line < should.size() ? should.get(line) : "(end)";
            if (!left.equals(right)) {
                fail(document + ":" + (line + 1) + "\n  says     " + left + "\n  computed " + right + "\nrewrite it: java docs/architecture/capacity/Calculator.java --write");
            }
        }
    }

    private static void fail(String message) {
        System.err.println(message);
        System.exit(1);
    }
}
