-- Deliveries that could not be made live: timer, state and query of the retry engine.

create table failed_webhooks (
    id                uuid primary key,
    endpoint_id       uuid        not null,
    tenant            text,
    event_id          text        not null,
    replay_id         uuid        not null default '00000000-0000-0000-0000-000000000000',
    uuid              text        not null,
    action            text        not null check (action in ('originate', 'answer', 'hangup')),
    leg_sequence      smallint    not null,
    attributes        json        not null,
    payload           bytea       not null,
    status            text        not null check (status in ('pending', 'exhausted', 'discarded', 'delivered')),
    attempts          integer     not null,
    message_failures  integer     not null default 0,
    first_failed_at   timestamptz not null,
    last_attempt_at   timestamptz,
    next_attempt_at   timestamptz,
    expires_at        timestamptz not null,
    passable_at       timestamptz,
    last_status_code  integer,
    last_error        text        not null,
    last_error_detail text,
    lease_id          uuid,
    lease_until       timestamptz,
    ended_at          timestamptz,
    check ((status = 'pending') = (next_attempt_at is not null)),
    check ((status = 'pending') = (ended_at is null))
);
comment on column failed_webhooks.tenant is 'of the endpoint, so that its rows stay visible after the endpoint is deleted';
comment on column failed_webhooks.replay_id is 'zero for a live delivery';
comment on column failed_webhooks.payload is 'the bytes of the topic record, POSTed and signed as they are';
comment on column failed_webhooks.attempts is 'real POSTs; a hand-off without one counts none';
comment on column failed_webhooks.message_failures is 'POSTs that the receiver refused for the message itself (4xx, 3xx)';
comment on column failed_webhooks.passable_at is
    'from then on later events of the leg may pass this one; null: they wait, since the failure is not its own';
comment on column failed_webhooks.lease_id is 'the claim under way; a settle that does not name it changes nothing';

-- One row per delivery: a hand-off that is read twice from the retry topic is the same row.
create unique index failed_webhooks_delivery on failed_webhooks (endpoint_id, event_id, replay_id);
-- The claim: due rows of one lane, oldest first. Partial, so that ended rows cost it nothing.
create index failed_webhooks_due on failed_webhooks (endpoint_id, next_attempt_at) where status = 'pending';
-- Heads of legs: is there an earlier event of the same leg and endpoint in the way?
create index failed_webhooks_leg on failed_webhooks (endpoint_id, uuid, leg_sequence);
-- Lists, newest first, and their filter by endpoint.
create index failed_webhooks_newest on failed_webhooks (first_failed_at desc, id desc);
create index failed_webhooks_newest_of_endpoint on failed_webhooks (endpoint_id, first_failed_at desc, id desc);
-- A tenant's own list: among the rows of others it would otherwise read the table (600,000 rows: 760 ms against 0.03 ms).
create index failed_webhooks_newest_of_tenant on failed_webhooks (tenant, first_failed_at desc, id desc)
    where tenant is not null;
-- The search for one leg.
create index failed_webhooks_uuid on failed_webhooks (uuid);
-- Exhausting by age and removing ended rows.
create index failed_webhooks_expiry on failed_webhooks (expires_at) where status = 'pending';
create index failed_webhooks_ended on failed_webhooks (ended_at) where status <> 'pending';

-- A table of hot rows: every attempt updates one, so room is kept for updates in place and vacuum comes early.
alter table failed_webhooks set (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);

-- How far the persister has come in the retry topic: written in the transaction that writes the rows, so a reader who sees the
-- offset sees the rows. A dispatcher takes an endpoint for clean only by rows and offset of one snapshot.
create table retry_persister_progress (
    partition   integer primary key,
    next_offset bigint not null
);
