package io.offhook.api.call;

/** The statistics of calls as they stand, and counted anew from the rows. */
final class Recount {

    private static final String SCOPED = """
            with scoped as (
                select c.*, scope.tenant as scope, step.sec as step_sec from calls c
                cross join lateral (select '' as tenant union all select c.tenant where c.tenant is not null) scope
                cross join (values (60), (3600)) step (sec))""";
    private static final String START = "date_bin(step_sec * interval '1 second', call_start, '2000-01-01 00:00:00Z')";
    private static final String END = "date_bin(step_sec * interval '1 second', call_end, '2000-01-01 00:00:00Z')";

    static final String COUNTED = """
            select tenant, step_sec, at, calls, answered, completed, talk_sec, ended from call_stats
            where (calls, answered, completed, talk_sec, ended) <> (0, 0, 0, 0, 0) order by tenant, step_sec, at""";
    static final String CALLS = SCOPED
            + """
                    select tenant, step_sec, at, sum(calls)::bigint as calls, sum(answered)::bigint as answered,
                        sum(completed)::bigint as completed, sum(talk_sec)::bigint as talk_sec, sum(ended)::bigint as ended
                    from (select scope as tenant, step_sec, %s as at, 1 as calls, (answer_start is not null)::integer as answered,
                            (answer_start is not null and call_end is not null)::integer as completed,
                            case when call_end is null then 0 else duration_sec end as talk_sec, 0 as ended from scoped
                        union all
                        select scope, step_sec, %s, 0, 0, 0, 0, 1 from scoped where call_end is not null) counts
                    group by tenant, step_sec, at order by tenant, step_sec, at"""
                    .formatted(START, END);
    static final String CAUSES_COUNTED = """
            select tenant, step_sec, at, cause, calls from call_cause_stats where calls <> 0
            order by tenant, step_sec, at, cause""";
    static final String CAUSES = SCOPED + """
            select scope as tenant, step_sec, %s as at, hangup_cause as cause, count(*) as calls from scoped
            where call_end is not null group by 1, 2, 3, 4 order by 1, 2, 3, 4""".formatted(START);

    private Recount() {}
}
