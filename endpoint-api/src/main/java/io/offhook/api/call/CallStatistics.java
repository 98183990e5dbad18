package io.offhook.api.call;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

import io.offhook.db.StatisticsStep;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Counts of legs, to be added to {@code call_stats} and {@code call_cause_stats}. What a leg counted for before a batch is taken away
 * and what it counts for after it is added, so a leg that is written again as it was moves nothing. All but the ends count in the
 * step in which the leg began.
 */
final class CallStatistics {

    static final String ALL_TENANTS = "";
    /** Of a hangup without a cause. */
    private static final String NO_CAUSE = "UNKNOWN";
    /** FreeSWITCH's longest has 33 characters; what else stands there shall fit into an index. */
    private static final int MAX_CAUSE = 64;

    /** In the order of the primary key: two that count at once wait for each other, and never in a circle. */
    private static final String ADD = """
            insert into call_stats (tenant, step_sec, at, calls, answered, completed, talk_sec, ended)
            select * from unnest(?::text[], ?::integer[], ?::timestamptz[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[],
                ?::bigint[]) as more (tenant, step_sec, at, calls, answered, completed, talk_sec, ended)
            order by more.tenant, more.step_sec, more.at
            on conflict (tenant, step_sec, at) do update set calls = call_stats.calls + excluded.calls,
                answered = call_stats.answered + excluded.answered, completed = call_stats.completed + excluded.completed,
                talk_sec = call_stats.talk_sec + excluded.talk_sec, ended = call_stats.ended + excluded.ended""";
    private static final String ADD_CAUSES = """
            insert into call_cause_stats (tenant, step_sec, at, cause, calls)
            select * from unnest(?::text[], ?::integer[], ?::timestamptz[], ?::text[], ?::bigint[])
                as more (tenant, step_sec, at, cause, calls)
            order by more.tenant, more.step_sec, more.at, more.cause
            on conflict (tenant, step_sec, at, cause) do update set calls = call_cause_stats.calls + excluded.calls""";

    private record Key(String tenant, StatisticsStep step, Instant at) {
        static final Comparator<Key> ORDER = Comparator.comparing(Key::tenant).thenComparing(Key::step)
                .thenComparing(Key::at);
    }

    private record CauseKey(Key key, String cause) {
        static final Comparator<CauseKey> ORDER = Comparator.comparing(CauseKey::key, Key.ORDER)
                .thenComparing(CauseKey::cause);
    }

    private static final class Count {
        private long calls;
        private long answered;
        private long completed;
        private long talkSec;
        private long ended;

        boolean isNothing() { return (calls | answered | completed | talkSec | ended) == 0; }
    }

    private final Map<Key, Count> counts = new TreeMap<>(Key.ORDER);
    private final Map<CauseKey, Long> causes = new TreeMap<>(CauseKey.ORDER);

    /** What a batch of legs moves. */
    static CallStatistics of(Collection<Leg> legs) {
        var statistics = new CallStatistics();
        for (Leg leg : legs) {
            statistics.add(leg.stored(), -1);
            statistics.add(leg.count(), 1);
        }
        statistics.counts.values().removeIf(Count::isNothing);
        statistics.causes.values().removeIf(calls -> calls == 0);
        return statistics;
    }

    private void add(LegCount leg, int sign) {
        if (leg.legs() == 0) {
            return;
        }
        for (StatisticsStep step : StatisticsStep.values()) {
            for (String tenant : leg.tenant() == null ? List.of(ALL_TENANTS) : List.of(ALL_TENANTS, leg.tenant())) {
                add(leg, sign, tenant, step);
            }
        }
    }

    private void add(LegCount leg, int sign, String tenant, StatisticsStep step) {
        var began = new Key(tenant, step, step.startOf(leg.callStart()));
        Count count = at(began);
        count.calls += sign;
        count.answered += leg.answered() ? sign : 0;
        if (leg.callEnd() != null) {
            count.completed += leg.answered() ? sign : 0;
            count.talkSec += sign * leg.durationSec();
            at(new Key(tenant, step, step.startOf(leg.callEnd()))).ended += sign;
            causes.merge(new CauseKey(began, cause(leg.hangupCause())), (long) sign, Long::sum);
        }
    }

    private Count at(Key key) {
        return counts.computeIfAbsent(key, _ -> new Count());
    }

    private static String cause(String hangupCause) {
        if (hangupCause == null) {
            return NO_CAUSE;
        }
        return hangupCause.codePointCount(0, hangupCause.length()) <= MAX_CAUSE
                ? hangupCause
                : hangupCause.substring(0, hangupCause.offsetByCodePoints(0, MAX_CAUSE));
    }

    /** The days of UTC whose partitions are needed. */
    Set<LocalDate> days() {
        var days = new HashSet<LocalDate>();
        counts.keySet().forEach(key -> days.add(day(key)));
        return days;
    }

    private static LocalDate day(Key key) {
        return LocalDate.ofInstant(key.at(), ZoneOffset.UTC);
    }

    /**
     * Last in a transaction: the rows are locked to its end, and everybody counts into the same ones.
     *
     * @param kept days that are counted; those past the retention are not
     */
    void write(JdbcTemplate jdbc, Set<LocalDate> kept) {
        counts.keySet().removeIf(key -> !kept.contains(day(key)));
        causes.keySet().removeIf(cause -> !kept.contains(day(cause.key())));
        if (!counts.isEmpty()) {
            jdbc.update(ADD, texts(counts.keySet(), Key::tenant), texts(counts.keySet(), key -> key.step().seconds()),
                    texts(counts.keySet(), Key::at), texts(counts.values(), count -> count.calls),
                    texts(counts.values(), count -> count.answered), texts(counts.values(), count -> count.completed),
                    texts(counts.values(), count -> count.talkSec), texts(counts.values(), count -> count.ended));
        }
        if (!causes.isEmpty()) {
            jdbc.update(ADD_CAUSES, texts(causes.keySet(), cause -> cause.key().tenant()),
                    texts(causes.keySet(), cause -> cause.key().step().seconds()),
                    texts(causes.keySet(), cause -> cause.key().at()), texts(causes.keySet(), CauseKey::cause),
                    texts(causes.values(), calls -> calls));
        }
    }

    private static <T> String[] texts(Collection<T> all, Function<T, Object> column) {
        return all.stream().map(column).map(String::valueOf).toArray(String[]::new);
    }
}
