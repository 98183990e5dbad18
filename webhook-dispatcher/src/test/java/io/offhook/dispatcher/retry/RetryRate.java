package io.offhook.dispatcher.retry;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.offhook.dispatcher.AttemptResults;
import io.offhook.dispatcher.persist.IndexScans;
import io.offhook.model.CallAction;
import io.offhook.testkit.postgres.EmbeddedPostgresServer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/**
 * Prints what the statements of the retry engine cost with a thousand and with a million rows, and how many hand-offs a second become
 * rows. No test of a build, since it asserts nothing:
 * {@code mvn verify -pl webhook-dispatcher -am -Dtest=RetryRate -Dsurefire.failIfNoSpecifiedTests=false}.
 */
class RetryRate {

    private static final int LANES = 1000;
    private static final int LEGS_AT_ONCE = 20_000;
    private static final int TIMES = 60;
    private static final int ROWS_OF_A_CLAIM = 32;
    private static final int HAND_OFFS = 30_000;

    private final List<UUID> endpoints = Stream.generate(UUID::randomUUID).limit(LANES).toList();

    @Test
    void statements() {
        try (var postgres = EmbeddedPostgresServer.temporary().setting("fsync", "on").setting("max_wal_size", "4GB")
                .start(); var rows = new RetryRows(postgres, "rate")) {
            endpoints.forEach(id -> rows.jdbc.update(
                    """
                            insert into endpoints (id, name, url, connection_timeout_sec, request_timeout_sec, events, directions,
                                max_in_flight) values (?, 'e', 'http://127.0.0.1:1/', 5, 15, '{hangup}', '{inbound}', 16)""",
                    id));
            endpoints.stream().skip(1).forEach(id -> fill(rows, id, 1));
            fill(rows, endpoints.getFirst(), 333);
            all(rows, "1,000 rows");
            // At once after the filling, with whatever statistics there are by then.
            for (int legs = 333; legs < 333_333; legs += LEGS_AT_ONCE) {
                fill(rows, endpoints.getFirst(), Math.min(LEGS_AT_ONCE, 333_333 - legs));
            }
            all(rows, "1,000,000 rows");
            rows.jdbc.execute("vacuum analyze failed_webhooks");
            all(rows, "1,000,000 rows, vacuumed");
        }
    }

    private void all(RetryRows rows, String state) {
        UUID large = endpoints.getFirst();
        IndexScans plans = rows.indexScans;
        rows.jdbc.update("delete from endpoint_lanes");
        System.out.println("== " + state + ": all due");
        print("dueLanes, all lanes due", rows.store::dueLanes);
        print("claim of the large lane", () -> releasedAfter(rows, rows.claim(large, ROWS_OF_A_CLAIM)));
        print("claim of 100 small lanes", () -> releasedAfter(rows, rows.store.claim(endpoints.subList(1, 101).stream()
                .map(id -> new RetryStore.Want(id, ROWS_OF_A_CLAIM, RetryRows.LEASE, RetryRows.START)).toList(),
                UUID.randomUUID(), null)));
        print("settle of 100 as failed", () -> fail(rows, rows.claim(large, 100)));
        print("wakePassable", () -> rows.store.wakePassable(1000));
        var sweeps = new SweepStore(rows.jdbc, plans, RetryRows.settings(10_000_000));
        print("exhaustOld", () -> sweeps.exhaustOld(1000));
        print("endpointsWithRows", sweeps::endpointsWithRows);
        print("exhaustBeyond, counts", () -> sweeps.exhaustBeyond(large, 1000));
        print("registry: exists for each endpoint", () -> rows.jdbc.queryForList("""
                select id from endpoints e
                where exists (select 1 from failed_webhooks f where f.endpoint_id = e.id and f.status = 'pending')"""));
        System.out.println("== " + state + ": the large lane's breaker open");
        rows.registry.openBreaker(large);
        print("dueLanes", rows.store::dueLanes);
        print("claimProbe", () -> {
            var probe = rows.claimProbe(large);
            releasedAfter(rows, probe);
            return probe;
        });
        System.out.println("== " + state + ": heads in back-off, the others of their legs due");
        rows.jdbc.update("delete from endpoint_lanes");
        rows.jdbc.update("""
                update failed_webhooks set next_attempt_at = now() + interval '1 hour'
                where endpoint_id = ? and leg_sequence = 0""", large);
        print("dueLanes", rows.store::dueLanes);
        print("claim of the large lane", () -> rows.claim(large, ROWS_OF_A_CLAIM));
        rows.jdbc.update(
                "update failed_webhooks set next_attempt_at = now() where endpoint_id = ? and leg_sequence = 0",
                large);
    }

    private static Object releasedAfter(RetryRows rows, RetryStore.Claim claim) {
        rows.settles.settle(claim.rows().stream().<Settlement>map(Settlement.Released::new).toList());
        return claim;
    }

    private static Object fail(RetryRows rows, RetryStore.Claim claim) {
        rows.settles.settle(claim.rows().stream()
                .<Settlement>map(row -> new Settlement.Failed(row, AttemptResults.serverError())).toList());
        return claim;
    }

    private static void print(String what, Supplier<Object> statement) {
        double[] millis = IntStream.range(0, TIMES).mapToDouble(_ -> {
            long began = System.nanoTime();
            statement.get();
            return (System.nanoTime() - began) / 1e6;
        }).skip(TIMES / 6).sorted().toArray();
        System.out.printf("%-40s p50 %.2f ms, p90 %.2f ms, max %.2f ms%n", what, millis[millis.length / 2],
                millis[millis.length * 9 / 10], millis[millis.length - 1]);
    }

    private static void fill(RetryRows rows, UUID endpoint, int legs) {
        rows.jdbc.update(
                """
                        insert into failed_webhooks (id, endpoint_id, event_id, uuid, action, leg_sequence, attributes, payload, status,
                            attempts, first_failed_at, next_attempt_at, expires_at, last_error)
                        select gen_random_uuid(), ?, l.uuid || '_' || a.action, l.uuid, a.action, a.sequence,
                            json_build_object('specversion', '1.0', 'id', l.uuid || '_' || a.action, 'source', '/freeswitch/fs1', 'tenant',
                                'tenant-a.example', 'callid', l.uuid, 'type', 'offhook.call.' || a.action),
                            convert_to(repeat(l.uuid, 10), 'UTF8'), 'pending', case when a.sequence = 0 then 1 else 0 end, now(), now(),
                            now() + interval '1 day', 'connect_refused'
                        from (select n, gen_random_uuid()::text as uuid from generate_series(1, ?) n) l
                        cross join (values ('originate', 0), ('answer', 1), ('hangup', 2)) a (action, sequence)
                        order by l.n, a.sequence""",
                endpoint, legs);
    }

    @Test
    void handOffs() {
        try (var postgres = EmbeddedPostgresServer.temporary().setting("fsync", "on").start();
                var rows = new RetryRows(postgres, "rate")) {
            var persister = new RetryPersister(rows.store, rows.indexScans,
                    new RetryMetrics(new SimpleMeterRegistry()));
            UUID endpoint = rows.registry.addEndpoint("http://127.0.0.1:1/ok");
            for (int round = 0; round < 4; round++) {
                for (int size : new int[]{500, 1}) {
                    rows.jdbc.update("truncate failed_webhooks");
                    List<List<ConsumerRecord<byte[], byte[]>>> batches = batches(endpoint, size,
                            size == 1 ? HAND_OFFS / 10 : HAND_OFFS);
                    long began = System.nanoTime();
                    batches.forEach(persister::onMessage);
                    double seconds = (System.nanoTime() - began) / 1e9;
                    System.out.printf("%d a batch: %.0f rows/s%n", size,
                            batches.stream().mapToInt(List::size).sum() / seconds);
                }
                rows.jdbc.update("truncate failed_webhooks");
                List<List<RetryStore.HandOff>> singles = Arrays.asList(handOffs(endpoint, 10_000));
                long began = System.nanoTime();
                for (int from = 0; from < 10_000; from += 500) {
                    List<RetryStore.HandOff> batch = singles.getFirst().subList(from, from + 500);
                    rows.indexScans.run(() -> {
                        batch.forEach(each -> rows.store.insert(each.record(), each.failedAt()));
                        return batch;
                    });
                }
                System.out.printf("500 a transaction, one by one: %.0f rows/s%n",
                        10_000 / ((System.nanoTime() - began) / 1e9));
            }
        }
    }

    private static List<RetryStore.HandOff> handOffs(UUID endpoint, int count) {
        return IntStream.range(0, count).mapToObj(i -> new RetryStore.HandOff(RetryRows.notTried(endpoint,
                new UUID(0x460a36b6L << 32, (long) (i / 3) * 0x9E3779B97F4A7C15L).toString(),
                CallAction.values()[i % 3]), Instant.now())).toList();
    }

    private static List<List<ConsumerRecord<byte[], byte[]>>> batches(UUID endpoint, int size, int count) {
        var codec = new RetryRecord.Codec();
        var batches = new ArrayList<List<ConsumerRecord<byte[], byte[]>>>();
        List<RetryStore.HandOff> all = handOffs(endpoint, count);
        for (int i = 0; i < count; i++) {
            if (i % size == 0) {
                batches.add(new ArrayList<>(size));
            }
            batches.getLast().add(new ConsumerRecord<>("retries", 0, i, null, codec.encode(all.get(i).record())));
        }
        return batches;
    }
}
