package io.offhook.dispatcher.persist;

import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Transactions whose statements go by indexes. Left to itself the planner goes by statistics, which are a minute or more behind a lane
 * that fills with rows, and a prepared statement keeps the plan that it got when the table was small: then a look at one lane reads all
 * rows of all lanes. For these statements the index is right at any size.
 *
 * <p>A process that is frozen inside such a transaction (a paused machine, a network that swallows packets) would hold its locks, and
 * with them the persisters of all others, for as long as it is: PostgreSQL ends it after 10 s instead.
 */
public final class IndexScans {

    private static final String SETTINGS = """
            select set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
                set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
                set_config('jit', 'off', true), set_config('idle_in_transaction_session_timeout', '10s', true)""";

    /** Endpoints that have rows, one step of an index each: however many rows one has, it costs no more than another. */
    public static final String LANES = """
            with recursive lane (endpoint_id) as (
                (select r.endpoint_id from failed_webhooks r where %1$s order by r.endpoint_id limit 1)
                union all
                select (select r.endpoint_id from failed_webhooks r where %1$s and r.endpoint_id > lane.endpoint_id
                    order by r.endpoint_id limit 1)
                from lane where lane.endpoint_id is not null)""";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    public IndexScans(JdbcClient jdbc, PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.transaction = new TransactionTemplate(transactions);
    }

    /** Runs in a transaction of its own, or in the one that there is. */
    public <T> T run(Supplier<T> statements) {
        return transaction.execute(_ -> {
            jdbc.sql(SETTINGS).query().listOfRows();
            return statements.get();
        });
    }

    /** Endpoints that have rows to be sent. */
    public List<UUID> endpointsWithOpenRows() {
        return run(() -> jdbc
                .sql(LANES.formatted("r.status = 'pending'")
                        + " select endpoint_id from lane where endpoint_id is not null")
                .query(UUID.class).list());
    }
}
