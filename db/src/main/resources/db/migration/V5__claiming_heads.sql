-- Claims look at heads of legs alone, however many rows wait behind them. The leg is that of the event's id: a uuid that FreeSWITCH
-- uses again is another leg.

alter table failed_webhooks
    add column leg text not null generated always as (left(event_id, -(length(action) + 1))) stored,
    add column waits_until timestamptz;
comment on column failed_webhooks.leg is 'the id of the event without its action';
comment on column failed_webhooks.waits_until is
    'no claim looks at the row before: an earlier event of its leg stands open; infinity: until that one changes; null: may be a head';

-- The same statement must be as cheap with a million rows of one lane as with a thousand: what waits is in neither of the two
-- indexes that claims read.
drop index failed_webhooks_due;
create index failed_webhooks_due on failed_webhooks (endpoint_id, next_attempt_at)
    where status = 'pending' and waits_until is null;
create index failed_webhooks_probe on failed_webhooks (endpoint_id, attempts, first_failed_at)
    where status = 'pending' and waits_until is null;
-- Those whose time to be looked at again is known.
create index failed_webhooks_passable on failed_webhooks (waits_until)
    where status = 'pending' and waits_until < 'infinity';
-- The events of a leg that may be in the way of others. Those who look for them write "endpoint_id is not distinct from" and "next_attempt_at
-- is not null" for "pending", which no other index can serve: with statistics that lag, one that begins with the endpoint looks as good,
-- and reads a million rows. A leg goes to some endpoints at most, so the leg alone finds it.
drop index failed_webhooks_leg;
create index failed_webhooks_leg on failed_webhooks (leg, leg_sequence) where status <> 'delivered';
-- Open rows of an endpoint, those that expire first before the others.
drop index failed_webhooks_expiry;
create index failed_webhooks_open on failed_webhooks (endpoint_id, expires_at) where status = 'pending';

-- Until when an event has to wait for the head of its leg; null when there is none before it, and also when that one is being changed
-- at this moment. The head stays locked to the end of the transaction: whoever changes it comes after, and so finds the row that
-- waits. Nobody is waited for. A plan made while the table was small would read a table of a million rows: hence no such plan.
create function failed_webhook_waits_until(of_endpoint uuid, of_leg text, of_replay uuid, before smallint)
    returns timestamptz language plpgsql set enable_seqscan = off as $$
declare
    passable timestamptz;
begin
    select coalesce(head.passable_at, 'infinity') into passable
    from failed_webhooks head
    where head.leg = of_leg and head.leg_sequence < before
      and head.endpoint_id is not distinct from of_endpoint and head.replay_id is not distinct from of_replay
      and head.status <> 'delivered' and (head.passable_at is null or head.passable_at > now())
      and not exists (select from failed_webhooks earlier
          where earlier.leg = of_leg and earlier.leg_sequence < head.leg_sequence
            and earlier.endpoint_id is not distinct from of_endpoint and earlier.replay_id is not distinct from of_replay
            and earlier.status <> 'delivered'
            and (earlier.passable_at is null or earlier.passable_at > now()))
    for share of head skip locked;
    return passable;
end $$;

create function failed_webhook_inserted() returns trigger language plpgsql as $$
begin
    -- The column leg is computed after this.
    new.waits_until := failed_webhook_waits_until(new.endpoint_id, left(new.event_id, -(length(new.action) + 1)), new.replay_id,
        new.leg_sequence);
    return new;
end $$;

-- The later events of a leg are looked at again whenever an earlier one was changed in what they wait for. One that somebody else
-- holds is passed over: it does not wait any more, or is about to end, or is being resent, which makes it look for itself.
create function failed_webhook_changed() returns trigger language plpgsql
    set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
    update failed_webhooks f set waits_until = later.until
    from (select l.id, failed_webhook_waits_until(l.endpoint_id, l.leg, l.replay_id, l.leg_sequence) as until
          from (select id, endpoint_id, leg, replay_id, leg_sequence from failed_webhooks
                where leg = old.leg and leg_sequence > old.leg_sequence
                  and endpoint_id is not distinct from old.endpoint_id and replay_id is not distinct from old.replay_id
                  and status <> 'delivered' and next_attempt_at is not null and waits_until is not null
                for update skip locked) l) later
    where f.id = later.id and f.waits_until is distinct from later.until;
    return null;
end $$;

create trigger failed_webhooks_inserted before insert on failed_webhooks
    for each row when (new.leg_sequence > 0 and new.status = 'pending') execute function failed_webhook_inserted();
create trigger failed_webhooks_changed after update of status, passable_at on failed_webhooks
    for each row when (old.status is distinct from new.status or old.passable_at is distinct from new.passable_at)
    execute function failed_webhook_changed();
create trigger failed_webhooks_deleted after delete on failed_webhooks
    for each row when (old.status <> 'delivered') execute function failed_webhook_changed();

-- What is there already. The table is locked for this transaction, so nothing changes meanwhile.
update failed_webhooks f set waits_until = coalesce(o.passable_at, 'infinity')
from failed_webhooks o
where f.status = 'pending' and o.endpoint_id = f.endpoint_id and o.leg = f.leg and o.replay_id = f.replay_id
  and o.leg_sequence < f.leg_sequence and o.status <> 'delivered' and (o.passable_at is null or o.passable_at > now());

-- A lane that fails fills the table within minutes: statistics must not lag by a tenth of a million rows.
alter table failed_webhooks set (autovacuum_analyze_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05);
