package io.offhook.dispatcher.attempt;

import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import com.zaxxer.hikari.HikariDataSource;
import io.offhook.db.DayPartitions;
import io.offhook.db.PartitionKeeper;
import io.offhook.dispatcher.Registry;
import io.offhook.dispatcher.SharedServers;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Daily partitions on a real PostgreSQL, whose clock says what day it is. */
@ExtendWith(SharedServers.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AttemptPartitionsTest {

    @AutoClose
    private final Registry registry;
    @AutoClose
    private final HikariDataSource source;
    private final JdbcTemplate jdbc;
    private final LocalDate today;

    AttemptPartitionsTest(EmbeddedPostgresServer postgres) {
        this.registry = new Registry(postgres, "attempt_partitions");
        this.source = AttemptRecords.source(registry.url());
        this.jdbc = new JdbcTemplate(source);
        this.today = LocalDate.ofInstant(AttemptRecords.now(source), ZoneOffset.UTC);
    }

    @BeforeEach
    void dropAll() {
        names().forEach(name -> jdbc.execute("drop table " + name));
    }

    @Test
    void thoseOfTodayAndTheDaysAheadAreMade() {
        partitions(30, 3).keep();
        assertThat(names()).containsExactlyElementsOf(daysFrom(0, 3));

        jdbc.execute("drop table " + name(2));
        partitions(30, 5).keep();
        assertThat(names()).containsExactlyElementsOf(daysFrom(0, 5));
    }

    @Test
    void onePastTheRetentionIsDroppedAndNoneBefore() {
        partitions(60, 1).ensure(IntStream.rangeClosed(-40, 0).mapToObj(today::plusDays).toList());
        partitions(30, 1).keep();
        // The day 30 days ago began more than 30 days ago, but ended less: it goes tomorrow.
        assertThat(names()).containsExactlyElementsOf(daysFrom(-30, 1));
        partitions(2, 1).keep();
        assertThat(names()).containsExactlyElementsOf(daysFrom(-2, 1));
    }

    @Test
    void aPartitionThatAnOperatorAttachedStays() {
        jdbc.execute(
                "create table attempts_of_2020 partition of delivery_attempts for values from ('2020-01-01') to ('2021-01-01')");
        partitions(1, 1).keep();
        assertThat(names()).contains("attempts_of_2020");
    }

    @Test
    void daysOutsideOfWhatIsKeptGetNone() {
        var asked = List.of(today.minusDays(31), today.minusDays(30), today.plusDays(3), today.plusDays(4),
                LocalDate.of(9999, 12, 31));
        assertThat(partitions(30, 3).ensure(asked)).containsExactlyInAnyOrder(today.minusDays(30), today.plusDays(3));
        assertThat(names()).containsExactly(name(-30), name(3));
    }

    @Test
    void anyNumberMayKeepThemAtOnce() throws Exception {
        partitions(60, 1).ensure(IntStream.rangeClosed(-20, 0).mapToObj(today::plusDays).toList());
        int keepers = 4;
        var start = new CountDownLatch(1);
        try (var threads = Executors.newFixedThreadPool(keepers)) {
            List<Future<?>> runs = new ArrayList<>();
            for (int i = 0; i < keepers; i++) {
                runs.add(threads.submit(() -> {
                    start.await();
                    partitions(5, 10).keep();
                    return null;
                }));
            }
            start.countDown();
            for (Future<?> run : runs) {
                run.get();
            }
        }
        assertThat(names()).containsExactlyElementsOf(daysFrom(-5, 10));
    }

    @Test
    void makingOneLocksOutNoQuery() throws Exception {
        partitions(30, 1).keep();
        try (var reader = source.getConnection(); var statement = reader.createStatement()) {
            reader.setAutoCommit(false);
            statement.execute("select count(*) from delivery_attempts");
            partitions(30, 3).keep();
            assertThat(names()).containsExactlyElementsOf(daysFrom(0, 3));
        }
    }

    @Test
    void aDropThatAQueryBlocksIsGivenUpAndMadeLater() throws Exception {
        partitions(30, 1).ensure(List.of(today.minusDays(10)));
        var keeper = new PartitionKeeper(List.of(partitions(2, 1)));
        try (var reader = source.getConnection(); var statement = reader.createStatement()) {
            reader.setAutoCommit(false);
            statement.execute("select count(*) from delivery_attempts");
            assertThatThrownBy(() -> partitions(2, 1).keep()).hasMessageContaining("lock timeout");
            assertThat(names()).contains(name(-10));
            reader.rollback();
        }
        try (keeper) {
            keeper.start();
            await().atMost(Duration.ofSeconds(20)).until(() -> !names().contains(name(-10)));
        }
    }

    private DayPartitions partitions(int retentionDays, int ahead) {
        return new DayPartitions(jdbc, new JdbcTransactionManager(source), "delivery_attempts",
                Duration.ofDays(retentionDays), ahead);
    }

    private List<String> names() {
        return jdbc.queryForList("select inhrelid::regclass::text from pg_inherits"
                + " where inhparent = 'delivery_attempts'::regclass order by 1", String.class);
    }

    private List<String> daysFrom(int first, int last) {
        return IntStream.rangeClosed(first, last).mapToObj(this::name).toList();
    }

    private String name(int daysFromToday) {
        return "delivery_attempts_" + today.plusDays(daysFromToday).toString().replace('-', '_');
    }
}
