-- Replays: jobs that deliver events of a time range to an endpoint again, run by dispatchers.

create table replays (
    id             uuid primary key,
    endpoint_id    uuid        not null,
    tenant         text,
    from_time      timestamptz not null,
    to_time        timestamptz not null,
    uuid           text,
    action         text check (action in ('originate', 'answer', 'hangup')),
    dry_run        boolean     not null,
    status         text        not null default 'pending'
        check (status in ('pending', 'running', 'completed', 'cancelled', 'failed')),
    waits_for      text,
    error          text,
    matched        bigint      not null default 0,
    delivered      bigint      not null default 0,
    failed         bigint      not null default 0,
    progress       double precision not null default 0 check (progress between 0 and 1),
    events_per_sec double precision,
    created_at     timestamptz not null default now(),
    started_at     timestamptz,
    ended_at       timestamptz,
    lease_id       uuid,
    lease_until    timestamptz,
    check (from_time < to_time),
    check ((status in ('pending', 'running')) = (ended_at is null)),
    check ((status = 'failed') = (error is not null))
);
comment on column replays.endpoint_id is 'no foreign key: a replay stays visible after its endpoint is deleted';
comment on column replays.tenant is 'of the endpoint when the replay was made';
comment on column replays.from_time is 'of the append to the topic, included';
comment on column replays.to_time is 'excluded; at most the moment when the replay was made';
comment on column replays.waits_for is 'why a running replay delivers nothing now; null when it does';
comment on column replays.failed is 'handed off to the retry topic, and so a row of failed_webhooks soon';
comment on column replays.lease_id is 'the dispatcher that runs it; a save that does not name it changes nothing';

-- The claim: the oldest that nobody runs, and whether one of the same endpoint stands before it.
create index replays_open on replays (endpoint_id, created_at, id) where ended_at is null;
-- Lists, newest first.
create index replays_newest on replays (created_at desc, id desc);
create index replays_newest_of_tenant on replays (tenant, created_at desc, id desc) where tenant is not null;
-- The sweep that removes.
create index replays_ended on replays (ended_at) where ended_at is not null;

-- How far a replay has come in each partition of the events topic: all before next_offset is delivered, handed off or none of it.
create table replay_partitions (
    replay_id    uuid        not null references replays on delete cascade,
    partition    integer     not null,
    start_offset bigint      not null,
    next_offset  bigint      not null,
    end_offset   bigint      not null,
    read_to      timestamptz not null,
    primary key (replay_id, partition),
    check (start_offset <= next_offset and next_offset <= end_offset)
);
comment on column replay_partitions.read_to is 'append time of the last record that was read; the start of the range before the first';
