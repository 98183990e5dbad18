package io.offhook.api.call;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.offhook.api.RunningApi;
import io.offhook.db.DayPartitions;
import io.offhook.model.CallAction;
import io.offhook.model.CallEventCodec;
import io.offhook.model.CallEventMessage;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Batches of the events topic on a real PostgreSQL. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CallProjectionTest {

    private static final String TENANT = "tenant-a.example";
    private static final String ROWS = "select to_jsonb(c) - 'topic_partition' from calls c order by leg";

    @AutoClose
    private final HikariDataSource source = new HikariDataSource();
    private final JdbcTemplate jdbc;
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ProjectorMetrics metrics = new ProjectorMetrics(meters);
    private final CallProjection projection;
    private final ProjectorBooks books;
    /** Some minutes before midnight of UTC some days ago, so that legs cross it. */
    private final Instant evening = Instant.now().truncatedTo(ChronoUnit.DAYS).minus(Duration.ofMinutes(2881))
            .plusNanos(123_456_000);

    CallProjectionTest() {
        source.setJdbcUrl(RunningApi.shared().postgres().createDatabase("call_projection"));
        source.setMaximumPoolSize(4);
        source.setConnectionInitSql("set time zone 'Pacific/Auckland'");
        Flyway.configure().dataSource(source).load().migrate();
        jdbc = new JdbcTemplate(source);
        books = new ProjectorBooks(jdbc);
        var transactions = new JdbcTransactionManager(source);
        projection = new CallProjection(jdbc, transactions, days(transactions, "calls"),
                List.of(days(transactions, "call_stats"), days(transactions, "call_cause_stats")), Duration.ofDays(7),
                metrics);
    }

    private DayPartitions days(JdbcTransactionManager transactions, String table) {
        return new DayPartitions(jdbc, transactions, table, Duration.ofDays(30), 3);
    }

    @BeforeEach
    void empty() {
        jdbc.execute("truncate calls, call_stats, call_cause_stats, call_projector_progress");
        books.open(List.of(0));
    }

    @Test
    void everyFieldBecomesAColumn() {
        project(0, SampleLeg.answered("a", TENANT, evening).events());

        assertThat(row("a")).containsEntry("uuid", "a").containsEntry("tenant", TENANT).containsEntry("node", "fs1")
                .containsEntry("call_id", "call-of-a").containsEntry("direction", "outbound")
                .containsEntry("callee_number", "0035799123456").containsEntry("caller_id_number", "+442035040000")
                .containsEntry("ani", "1002").containsEntry("duration_sec", 30L)
                .containsEntry("hangup_cause", "NORMAL_CLEARING").containsEntry("originate_offset", 0L)
                .containsEntry("answer_offset", 1L).containsEntry("hangup_offset", 2L).containsEntry("reconciled", 0);
        assertThat(time("a", "call_start")).isEqualTo(evening);
        assertThat(time("a", "answer_start")).isEqualTo(evening.plusSeconds(5));
        assertThat(time("a", "call_end")).isEqualTo(evening.plusSeconds(35));
        assertThat(jdbc.queryForObject("select tableoid::regclass::text from calls", String.class))
                .isEqualTo("calls_" + evening.toString().substring(0, 10).replace('-', '_'));
    }

    @Test
    void aLegUnderWayAndOneThatNobodyAnsweredHaveNoMoreThanTheyHave() {
        SampleLeg ringing = SampleLeg.answered("ringing", null, evening);
        SampleLeg missed = SampleLeg.unanswered("missed", TENANT, evening);
        project(0, List.of(ringing.event(CallAction.ORIGINATE), missed.event(CallAction.ORIGINATE),
                missed.event(CallAction.HANGUP, true)));

        assertThat(row("ringing")).containsEntry("answer_start", null).containsEntry("call_end", null)
                .containsEntry("tenant", null).containsEntry("hangup_cause", null);
        assertThat(row("missed")).containsEntry("answer_start", null).containsEntry("duration_sec", 0L)
                .containsEntry("hangup_cause", "NO_ANSWER").containsEntry("reconciled", 4);
        assertStatisticsAreARecount();
    }

    @Test
    void ofRecordsWithOneIdThatWithTheLowestOffsetCountsInWhateverBatchTheyCome() {
        SampleLeg leg = SampleLeg.answered("a", TENANT, evening);
        project(0, leg.events());
        List<String> once = rows();
        SampleLeg other = leg.withCaller("other").withCause("USER_BUSY").withStart(evening.minusSeconds(3600));
        project(3, other.events());
        assertThat(rows()).isEqualTo(once);
        assertThat(metrics.duplicates.count()).isGreaterThanOrEqualTo(3);

        empty();
        List<CallEventMessage> both = new ArrayList<>(leg.events());
        both.addAll(other.events());
        project(0, both);
        assertThat(rows()).isEqualTo(once);
        assertStatisticsAreARecount();
    }

    @Test
    void whateverTheOrderAndHoweverOftenItIsReadTheRowsAndCountsAreTheSame() {
        List<ConsumerRecord<byte[], byte[]>> topic = records(0, topicOf(40));
        projectAll(topic, topic.size());
        List<String> inOrder = rows();
        List<Map<String, Object>> counts = statistics();
        assertThat(inOrder).hasSize(40);
        assertStatisticsAreARecount();

        var random = new Random(7);
        for (int round = 0; round < 6; round++) {
            empty();
            List<ConsumerRecord<byte[], byte[]>> shuffled = new ArrayList<>(topic);
            shuffled.addAll(topic.subList(0, topic.size() / 2));
            Collections.shuffle(shuffled, random);
            projectAll(shuffled, 1 + random.nextInt(30));
            assertThat(rows()).as("round " + round).isEqualTo(inOrder);
            assertThat(statistics()).as("round " + round).isEqualTo(counts);
        }
    }

    /** Legs over midnight, duplicates whose bodies differ, a tenant and none, answered and not, with times of their own. */
    private List<CallEventMessage> topicOf(int legs) {
        List<CallEventMessage> events = new ArrayList<>();
        for (int i = 0; i < legs; i++) {
            Instant start = evening.plusSeconds(17L * i);
            String tenant = i % 3 == 0 ? null : "tenant-" + i % 3;
            SampleLeg leg = i % 4 == 0
                    ? SampleLeg.unanswered("leg" + i, tenant, start)
                    : SampleLeg.answered("leg" + i, tenant, start);
            List<CallEventMessage> ofLeg = leg.events();
            events.addAll(ofLeg);
            events.add(leg.withStart(start.minusSeconds(600)).withCause("ORIGINATOR_CANCEL")
                    .event(ofLeg.get(i % ofLeg.size()).action()));
        }
        return events;
    }

    @Test
    void aUuidThatIsUsedAgainIsAnotherRow() {
        SampleLeg first = SampleLeg.answered("a", TENANT, evening);
        SampleLeg second = SampleLeg.unanswered("a", TENANT, evening.plusSeconds(900)).reused();
        project(0, first.events());
        project(3, second.events());

        assertThat(rows()).hasSize(2);
        assertThat(jdbc.queryForList("select hangup_cause from calls where uuid = 'a' order by call_start",
                String.class)).containsExactly("NORMAL_CLEARING", "NO_ANSWER");
    }

    @Test
    void anEventWhoseOriginateTheTopicHasLostMakesARowThatLaterOnesMakeRight() {
        SampleLeg leg = SampleLeg.answered("a", TENANT, evening.truncatedTo(ChronoUnit.DAYS).minusSeconds(3));
        project(7, List.of(leg.event(CallAction.ANSWER)));
        assertThat(time("a", "call_start")).isEqualTo(leg.start().plusSeconds(5));
        project(8, List.of(leg.event(CallAction.HANGUP)));
        assertThat(time("a", "call_start")).isEqualTo(leg.start());
        assertThat(rows()).hasSize(1);
        assertStatisticsAreARecount();
    }

    @Test
    void whatCannotBecomeARowIsPassedOverAndTheOthersAreNot() {
        double before = metrics.passedOver.count();
        var longText = new StringBuilder();
        new Random(1).ints(1024, 0x4E00, 0x9F00).forEach(longText::appendCodePoint);
        SampleLeg unindexable = SampleLeg.answered("unindexable", TENANT, evening).withCaller(longText.toString());
        List<ConsumerRecord<byte[], byte[]>> batch = new ArrayList<>(records(0, List.of(
                SampleLeg.answered("good", TENANT, evening).event(CallAction.ORIGINATE),
                unindexable.event(CallAction.ORIGINATE),
                SampleLeg.answered("old", TENANT, evening.minus(Duration.ofDays(60))).event(CallAction.ORIGINATE),
                SampleLeg.answered("ahead", TENANT, evening.plus(Duration.ofDays(60))).event(CallAction.ORIGINATE),
                SampleLeg.answered("nul\0", TENANT, evening).withCaller("\0").event(CallAction.ORIGINATE))));
        batch.add(new ConsumerRecord<>("events", 0, 5, new byte[]{1}, new byte[]{2}));
        projectAll(batch, batch.size());

        assertThat(jdbc.queryForList("select leg from calls order by leg", String.class)).hasSize(2).contains("good");
        assertThat(metrics.passedOver.count() - before).isEqualTo(4);
        assertThat(books.read(List.of(0))).containsEntry(0, 6L);
        assertStatisticsAreARecount();
    }

    @Test
    void aMemberThatLostItsPartitionWritesNothing() {
        SampleLeg leg = SampleLeg.answered("a", TENANT, evening);
        project(0, leg.events());
        List<String> rows = rows();

        assertThatThrownBy(() -> projection.project(records(0, leg.withCause("late").events()), Map.of(0, 0L),
                Map.of(0, 3L))).isInstanceOf(BooksMovedException.class);
        assertThat(rows()).isEqualTo(rows);
        assertThat(books.read(List.of(0))).containsEntry(0, 3L);
    }

    private void project(long offset, List<CallEventMessage> messages) {
        projectAll(records(offset, messages), messages.size());
    }

    /** In batches, whose books go on from where they are. */
    private void projectAll(List<ConsumerRecord<byte[], byte[]>> records, int batch) {
        for (int from = 0; from < records.size(); from += batch) {
            List<ConsumerRecord<byte[], byte[]>> part = records.subList(from,
                    Math.min(records.size(), from + batch));
            projection.project(part, books.read(List.of(0)),
                    Map.of(0, part.stream().mapToLong(ConsumerRecord::offset).max().orElseThrow() + 1));
        }
    }

    private List<ConsumerRecord<byte[], byte[]>> records(long offset, List<CallEventMessage> messages) {
        return IntStream.range(0, messages.size()).mapToObj(i -> {
            var sent = CallEventCodec.toRecord("events", messages.get(i));
            return new ConsumerRecord<>("events", 0, offset + i, Instant.now().toEpochMilli(),
                    TimestampType.LOG_APPEND_TIME, sent.key().length, sent.value().length, sent.key(), sent.value(),
                    new RecordHeaders(sent.headers().toArray()), Optional.<Integer>empty());
        }).toList();
    }

    private List<String> rows() {
        return jdbc.queryForList(ROWS, String.class);
    }

    private Map<String, Object> row(String leg) {
        return jdbc.queryForMap("select * from calls where leg = ?", leg);
    }

    private Instant time(String leg, String column) {
        return jdbc.queryForObject("select " + column + " from calls where leg = ?", OffsetDateTime.class, leg)
                .toInstant();
    }

    private List<Map<String, Object>> statistics() {
        return jdbc.queryForList(Recount.COUNTED);
    }

    private void assertStatisticsAreARecount() {
        assertThat(statistics()).isNotEmpty().isEqualTo(jdbc.queryForList(Recount.CALLS));
        assertThat(jdbc.queryForList(Recount.CAUSES_COUNTED)).isEqualTo(jdbc.queryForList(Recount.CAUSES));
    }
}
