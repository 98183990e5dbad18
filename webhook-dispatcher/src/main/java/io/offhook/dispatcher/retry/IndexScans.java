package io.offhook.dispatcher.retry;

import java.util.function.Supplier;

import org.springframework.jdbc.core.JdbcTemplate;
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
final class IndexScans {

    private static final String SETTINGS = """
            select set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
                set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
                set_config('jit', 'off', true), set_config('idle_in_transaction_session_timeout', '10s', true)""";

    private final JdbcTemplate jdbc;
    private final TransactionTemplate transaction;

    IndexScans(JdbcTemplate jdbc, PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.transaction = new TransactionTemplate(transactions);
    }

    /** Runs in a transaction of its own, or in the one that there is. */
    <T> T run(Supplier<T> statements) {
        return transaction.execute(_ -> {
            jdbc.query(SETTINGS, _ -> {});
            return statements.get();
        });
    }
}
