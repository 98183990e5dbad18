-- Legs as the events tell them, and the counts that statistics are read from. Daily partitions (UTC), made ahead and dropped as those of
-- delivery_attempts are.

create table calls (
    call_start       timestamptz not null,
    id               uuid        not null,
    leg              text        not null,
    uuid             text        not null,
    tenant           text,
    call_id          text,
    node             text        not null,
    direction        text        check (direction in ('inbound', 'outbound', 'local')),
    callee_number    text,
    caller_id_number text,
    ani              text,
    answer_start     timestamptz,
    call_end         timestamptz,
    duration_sec     bigint      not null default 0,
    hangup_cause     text,
    topic_partition  integer     not null,
    originate_offset bigint,
    answer_offset    bigint,
    hangup_offset    bigint,
    reconciled       smallint    not null default 0,
    -- A unique index of a partitioned table holds the partition's key. A leg has one row: its writer looks by uuid first.
    primary key (call_start, id),
    check ((hangup_offset is null) = (call_end is null)),
    check (num_nonnulls(originate_offset, answer_offset, hangup_offset) > 0)
) partition by range (call_start);
comment on column calls.call_start is 'of the originate, else of the hangup; the answer''s time while neither is known';
comment on column calls.id is 'made of the leg: the same after a rebuild, so that cursors of lists stay good';
comment on column calls.leg is 'the id of its events without the action: a uuid that FreeSWITCH uses again is another leg';
comment on column calls.node is 'the node of FreeSWITCH, from ce_source';
comment on column calls.answer_start is 'of the answer, else as the hangup has it; null: never answered';
comment on column calls.duration_sec is 'answered seconds, as the hangup has it';
comment on column calls.originate_offset is 'where the event lies in the topic; null: not seen. Of two with one id the lower offset is the event';
comment on column calls.reconciled is 'events that were inferred: bit 0 originate, bit 1 answer, bit 2 hangup';

-- Newest first; all tenants: the primary key.
create index calls_of_tenant on calls (tenant, call_start desc, id desc) where tenant is not null;
-- A leg's row, for its writer and for the timeline.
create index calls_uuid on calls (uuid, call_start desc);
-- A number is one of three columns; a search reads the three indexes, in order. Extensions are alike in all tenants, hence the tenant.
create index calls_callee on calls (callee_number, tenant, call_start desc, id desc) where callee_number is not null;
create index calls_caller on calls (caller_id_number, tenant, call_start desc, id desc) where caller_id_number is not null;
-- Mostly the ANI is the caller id, and then found there.
create index calls_ani on calls (ani, tenant, call_start desc, id desc) where ani is distinct from caller_id_number;
-- A direction or cause that is rare must not be looked for among millions of others.
create index calls_direction on calls (direction, call_start desc, id desc);
create index calls_direction_of_tenant on calls (tenant, direction, call_start desc, id desc) where tenant is not null;
create index calls_cause on calls (hangup_cause, call_start desc, id desc) where hangup_cause is not null;
create index calls_cause_of_tenant on calls (tenant, hangup_cause, call_start desc, id desc)
    where tenant is not null and hangup_cause is not null;
-- Calls under way: concurrency is counted from them backwards.
create index calls_open on calls (tenant) where call_end is null;

create table call_projector_progress (
    partition   integer primary key,
    next_offset bigint not null
);
comment on table call_projector_progress is
    'how far each partition of the events topic is in calls and call_stats, written in their transaction; 0: to be read anew';

create table call_stats (
    tenant    text        not null,
    step_sec  integer     not null,
    at        timestamptz not null,
    calls     bigint      not null,
    answered  bigint      not null,
    completed bigint      not null,
    talk_sec  bigint      not null,
    ended     bigint      not null,
    primary key (tenant, step_sec, at)
) partition by range (at);
comment on column call_stats.tenant is 'empty: all tenants together, legs without a tenant included';
comment on column call_stats.step_sec is '60 or 3600';
comment on column call_stats.at is 'start of the step, UTC';
comment on column call_stats.calls is 'legs that began in the step; answered, completed and talk_sec are of these';
comment on column call_stats.completed is 'answered and ended';
comment on column call_stats.ended is 'legs that ended in the step, whenever they began';

create table call_cause_stats (
    tenant   text        not null,
    step_sec integer     not null,
    at       timestamptz not null,
    cause    text        not null,
    calls    bigint      not null,
    primary key (tenant, step_sec, at, cause)
) partition by range (at);
comment on table call_cause_stats is 'legs that began in the step and have ended, by hangup cause';

create table delivery_stats (
    endpoint_id uuid        not null,
    tenant      text        not null,
    step_sec    integer     not null,
    at          timestamptz not null,
    deliveries  bigint      not null,
    failures    bigint      not null,
    latency     bigint[]    not null,
    primary key (endpoint_id, tenant, step_sec, at)
) partition by range (at);
comment on column delivery_stats.endpoint_id is 'zero: all endpoints of the tenant, or of all tenants, together';
comment on column delivery_stats.tenant is 'of the endpoint; empty: none, or all with endpoint zero';
comment on column delivery_stats.deliveries is 'attempts that delivered; failures: those that did not';
comment on column delivery_stats.latency is
    'attempts that delivered, by duration: element 1 below 1 ms, element 2 + n from 2^(n/4) ms to 2^((n+1)/4) ms; zeros at the end are left out';

create function sum_of_buckets(one bigint[], other bigint[]) returns bigint[] language sql immutable parallel safe as $$
    select coalesce(array_agg(coalesce(a, 0) + coalesce(b, 0) order by n), '{}')
    from unnest(one, other) with ordinality as pair (a, b, n)
$$;

-- Failures of all endpoints among millions of successes; failures alone are in them, so they cost next to nothing.
create index delivery_attempts_failed_newest on delivery_attempts (attempted_at desc, id desc) where outcome = 'failed';
create index delivery_attempts_failed_of_tenant on delivery_attempts (tenant, attempted_at desc, id desc)
    where outcome = 'failed' and tenant is not null;
