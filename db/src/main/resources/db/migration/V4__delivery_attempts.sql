-- Every attempt to deliver, successful or not, one partition per day of UTC. Dispatchers make partitions ahead and drop old ones.

create table delivery_attempts (
    attempted_at     timestamptz not null,
    id               uuid        not null,
    endpoint_id      uuid        not null,
    tenant           text,
    event_id         text        not null,
    uuid             text        not null,
    action           text        not null check (action in ('originate', 'answer', 'hangup')),
    replay_id        uuid,
    attempt          integer     not null check (attempt >= 1),
    outcome          text        not null check (outcome in ('delivered', 'failed')),
    status_code      integer,
    error            text,
    duration_ms      bigint      not null check (duration_ms >= 0),
    response_excerpt text        not null,
    remote_address   text,
    -- A unique index of a partitioned table holds the partition's key. It is what makes an attempt that is read twice one row.
    primary key (attempted_at, id),
    check ((outcome = 'delivered') = (error is null))
) partition by range (attempted_at);
comment on column delivery_attempts.attempted_at is 'by the clock of the dispatcher that sent it, in microseconds';
comment on column delivery_attempts.tenant is 'of the endpoint, so that its attempts stay visible after the endpoint is deleted';
comment on column delivery_attempts.replay_id is 'null for a live delivery';
comment on column delivery_attempts.attempt is '1 for the first attempt of the delivery, as in the header offhook-attempt';
comment on column delivery_attempts.status_code is 'null when no response arrived';
comment on column delivery_attempts.error is 'the words of failed_webhooks.last_error; null exactly when delivered';
comment on column delivery_attempts.response_excerpt is 'at most 16 KiB of the response; empty when there was none';
comment on column delivery_attempts.remote_address is 'address:port of the last connection tried; null when none was';

-- Newest first, of one endpoint; partitions are read backwards until the page is full. All endpoints: the primary key.
create index delivery_attempts_of_endpoint on delivery_attempts (endpoint_id, attempted_at desc, id desc);
-- A tenant's own list.
create index delivery_attempts_of_tenant on delivery_attempts (tenant, attempted_at desc, id desc) where tenant is not null;
-- What failed among the many that did not.
create index delivery_attempts_failed on delivery_attempts (endpoint_id, attempted_at desc, id desc) where outcome = 'failed';
-- The timeline of one leg.
create index delivery_attempts_uuid on delivery_attempts (uuid, attempted_at desc, id desc);
