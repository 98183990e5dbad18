package io.offhook.bench.queries;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import io.offhook.db.DayPartitions;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;

/** A month of calls and attempts with their statistics, made by PostgreSQL itself. Of any size it has the same days and tenants. */
final class HistoryStock {

    static final int DAYS = 30;
    static final int TENANTS = 100;
    static final int ENDPOINTS_PER_TENANT = 10;
    static final int EXTENSIONS = 100;
    private static final int AT_ONCE = 200_000;
    private static final List<String> TABLES = List.of("calls", "call_stats", "call_cause_stats", "delivery_attempts",
            "delivery_stats");

    /** Numbers: callers of the world, a hundred extensions of each tenant. Every tenth call is the other way round. */
    private static final String CALLS = """
            insert into calls (call_start, id, leg, uuid, tenant, call_id, node, direction, callee_number, caller_id_number, ani,
                answer_start, call_end, duration_sec, hangup_cause, topic_partition, originate_offset, answer_offset, hangup_offset)
            select start, md5(uuid)::uuid, uuid, uuid, 't' || n %% %1$d || '.example', uuid, 'fs' || n %% 20,
                case when n %% 1000 = 7 then 'local' when n %% 10 = 0 then 'inbound' else 'outbound' end,
                case when n %% 10 = 0 then extension else number end, case when n %% 10 = 0 then number else extension end,
                case when n %% 10 = 0 then number else extension end,
                case when n %% 10 < 6 then start + interval '8 s' end, case when open then null else start + interval '128 s' end,
                case when n %% 10 < 6 and not open then 120 else 0 end,
                case when open then null when n %% 1000 = 13 then 'GATEWAY_DOWN' when n %% 10 < 6 then 'NORMAL_CLEARING'
                    else 'NO_ANSWER' end,
                n %% 24, n, n, case when open then null else n end
            from (select n, md5('call-' || n)::uuid::text as uuid, ?::timestamptz + n * ? * interval '1 microsecond' as start,
                    (1000 + n / %1$d %% %2$d)::text as extension, '+44' || (abs(hashint4(n) %% 90000000) + 10000000) as number,
                    n > ? as open
                from generate_series(?, ?) n) c"""
            .formatted(TENANTS, EXTENSIONS);
    private static final String ATTEMPTS = """
            insert into delivery_attempts (attempted_at, id, endpoint_id, tenant, event_id, uuid, action, attempt, outcome, status_code,
                error, duration_ms, response_excerpt, remote_address)
            select at, md5('attempt-' || n)::uuid, md5('endpoint-' || c %% %1$d || '-' || n %% %2$d)::uuid,
                't' || c %% %1$d || '.example', uuid || '_' || action, uuid, action, 1,
                case when failed then 'failed' else 'delivered' end, case when failed then 503 else 200 end,
                case when failed then 'http_5xx' end, 5 + abs(hashint4(n) %% 60), '{"status":"accepted"}', '203.0.113.17:443'
            from (select n, c, md5('call-' || c)::uuid::text as uuid, ?::timestamptz + n * ? * interval '1 microsecond' as at,
                    (array['originate', 'answer', 'hangup'])[1 + n %% 3] as action, hashint4(n) %% 200 = 0 as failed
                from (select n, (n * ?)::integer as c from generate_series(?, ?) n) numbered) a"""
            .formatted(TENANTS,
                    ENDPOINTS_PER_TENANT);
    private static final String STEPS = " cross join (values (60), (3600)) step (sec) ";
    private static final String BIN = "date_bin(sec * interval '1 second', %s, '2000-01-01 00:00Z')";
    private static final String CALL_STATS = """
            insert into call_stats select coalesce(tenant, ''), sec, at, sum(calls), sum(answered), sum(completed), sum(talk), sum(ended)
            from (select tenant, sec, %1$s as at, count(*) as calls, count(answer_start) as answered,
                    count(*) filter (where answer_start is not null and call_end is not null) as completed,
                    sum(duration_sec) as talk, 0 as ended
                from calls %3$s group by grouping sets ((tenant, sec, at), (sec, at))
                union all
                select tenant, sec, %2$s as ended_at, 0, 0, 0, 0, count(*) from calls %3$s where call_end is not null
                group by grouping sets ((tenant, sec, ended_at), (sec, ended_at))) c
            group by 1, 2, 3"""
            .formatted(BIN.formatted("call_start"), BIN.formatted("call_end"), STEPS);
    private static final String CAUSE_STATS = """
            insert into call_cause_stats select coalesce(tenant, ''), sec, %s as at, hangup_cause, count(*)
            from calls %s where call_end is not null
            group by grouping sets ((tenant, sec, at, hangup_cause), (sec, at, hangup_cause))""".formatted(
            BIN.formatted("call_start"), STEPS);
    private static final String DELIVERY_STATS = """
            insert into delivery_stats select coalesce(endpoint_id, '00000000-0000-0000-0000-000000000000'), coalesce(tenant, ''), sec,
                %s as at, count(*) filter (where error is null), count(error),
                array_fill(0::bigint, array[12]) || array_fill(greatest(1, count(*) / 12)::bigint, array[12])
            from delivery_attempts %s where attempted_at >= ? and attempted_at < ?
            group by grouping sets ((endpoint_id, tenant, sec, at), (tenant, sec, at), (sec, at))"""
            .formatted(
                    BIN.formatted("attempted_at"), STEPS);

    private interface Work {

        int on(Connection connection) throws SQLException;
    }

    private final String url;
    private final int calls;
    private final int attempts;
    private final Instant begin = Instant.now().minus(Duration.ofDays(DAYS)).plusSeconds(60);

    HistoryStock(String url, int calls, int attempts) {
        this.url = url;
        this.calls = calls;
        this.attempts = attempts;
    }

    /** Rows first, indexes last, on all cores. */
    void fill() throws Exception {
        Flyway.configure().dataSource(url, null, null).load().migrate();
        makePartitions();
        SetAsideIndexes indexes;
        try (Connection connection = DriverManager.getConnection(url)) {
            indexes = SetAsideIndexes.drop(connection, TABLES);
        }
        long apart = Duration.ofDays(DAYS).minusMinutes(5).toNanos() / 1000;
        List<Work> rows = new ArrayList<>();
        for (int from = 1; from <= calls; from += AT_ONCE) {
            rows.add(statement(CALLS, begin, apart / calls, calls - Math.max(1, calls / 1000), from,
                    Math.min(calls, from + AT_ONCE - 1)));
        }
        for (int from = 1; from <= attempts; from += AT_ONCE) {
            rows.add(statement(ATTEMPTS, begin, apart / attempts, calls / (double) attempts, from,
                    Math.min(attempts, from + AT_ONCE - 1)));
        }
        all(rows);
        List<Work> statistics = new ArrayList<>(List.of(statement(CALL_STATS), statement(CAUSE_STATS)));
        days().forEach(day -> statistics.add(statement(DELIVERY_STATS, day.atStartOfDay().toInstant(ZoneOffset.UTC),
                day.plusDays(1).atStartOfDay().toInstant(ZoneOffset.UTC))));
        all(statistics);
        all(indexes.definitions().stream().map(this::statement).toList());
        all(TABLES.stream().map(table -> statement("vacuum analyze " + table)).toList());
    }

    private Work statement(String sql, Object... parameters) {
        return connection -> {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                for (int i = 0; i < parameters.length; i++) {
                    statement.setObject(i + 1,
                            parameters[i] instanceof Instant at ? at.atOffset(ZoneOffset.UTC) : parameters[i]);
                }
                return statement.executeUpdate();
            }
        };
    }

    /** A connection for each core. */
    private void all(List<Work> works) throws Exception {
        Queue<Work> left = new ConcurrentLinkedQueue<>(works);
        try (var cores = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            List<Callable<Void>> workers = Collections.nCopies(Runtime.getRuntime().availableProcessors(), () -> {
                work(left);
                return null;
            });
            for (Future<Void> worker : cores.invokeAll(workers)) {
                worker.get();
            }
        }
    }

    private void work(Queue<Work> left) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute("set jit = off");
            statement.execute("set synchronous_commit = off");
            statement.execute("set work_mem = '256MB'");
            statement.execute("set maintenance_work_mem = '512MB'");
            for (Work next = left.poll(); next != null; next = left.poll()) {
                next.on(connection);
            }
        }
    }

    private static List<LocalDate> days() {
        return IntStream.rangeClosed(-DAYS, 3).mapToObj(LocalDate.now(ZoneOffset.UTC)::plusDays).toList();
    }

    private void makePartitions() {
        var source = new DriverManagerDataSource(url);
        TABLES.forEach(table -> new DayPartitions(new JdbcTemplate(source), new JdbcTransactionManager(source), table,
                Duration.ofDays(90), 3).ensure(days()));
    }

    /** The uuid of a call by its number, from 1 on. */
    static String uuid(int call) {
        return md5("call-" + call);
    }

    static String endpoint(int tenant, int endpoint) {
        return md5("endpoint-" + tenant + "-" + endpoint);
    }

    /** As PostgreSQL makes a uuid of an MD5: without a version in it. */
    private static String md5(String text) {
        try {
            var digest = ByteBuffer
                    .wrap(MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8)));
            return new UUID(digest.getLong(), digest.getLong()).toString();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has MD5", e);
        }
    }

    /** Bytes of a row in the table and in its indexes, by table. */
    String room() throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                PreparedStatement query = connection.prepareStatement("""
                        select string_agg(format('`%s` %s + %s bytes', parent, heap, indexes), ', ' order by parent)
                        from (select inhparent::regclass as parent,
                                round(sum(pg_relation_size(inhrelid)) / sum(c.reltuples)) as heap,
                                round(sum(pg_indexes_size(inhrelid)) / sum(c.reltuples)) as indexes
                            from pg_inherits join pg_class c on c.oid = inhrelid
                            where c.relkind = 'r' and c.reltuples > 0 group by inhparent) sizes""");
                var row = query.executeQuery()) {
            row.next();
            return row.getString(1);
        }
    }

    int calls() {
        return calls;
    }

    String url() {
        return url;
    }
}
