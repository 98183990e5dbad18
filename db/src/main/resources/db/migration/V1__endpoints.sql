-- Where users want webhooks, and what delivery must know of each endpoint.

create table endpoints (
    id                     uuid primary key,
    tenant                 text,
    name                   text        not null,
    url                    text        not null,
    connection_timeout_sec smallint    not null check (connection_timeout_sec between 1 and 30),
    request_timeout_sec    smallint    not null check (request_timeout_sec between 1 and 30),
    events                 text[]      not null check (cardinality(events) > 0),
    directions             text[]      not null check (cardinality(directions) > 0),
    headers                jsonb       not null default '{}',
    max_in_flight          integer     not null check (max_in_flight between 1 and 256),
    rate_limit_per_sec     integer     check (rate_limit_per_sec between 1 and 10000),
    enabled                boolean     not null default true,
    disabled_reason        text        check (disabled_reason in ('manual', 'gone')),
    version                bigint      not null default 1,
    created_at             timestamptz not null default now(),
    updated_at             timestamptz not null default now(),
    check (enabled = (disabled_reason is null))
);
comment on column endpoints.tenant is 'SIP domain in lower case; null: receives the events of every tenant';
comment on column endpoints.version is 'the ETag; moved by changes of the configuration alone, not by health';

create index endpoints_by_tenant on endpoints (tenant, created_at, id);
create index endpoints_by_age on endpoints (created_at, id);

create table endpoint_secrets (
    id          uuid primary key,
    endpoint_id uuid        not null references endpoints on delete cascade,
    secret      text        not null,
    created_at  timestamptz not null default now(),
    expires_at  timestamptz
);
comment on column endpoint_secrets.secret is 'whsec_...: kept readable, since signing needs it';
comment on column endpoint_secrets.expires_at is 'end of the grace after a rotation; null: the current secret';

create index endpoint_secrets_by_endpoint on endpoint_secrets (endpoint_id);

create table endpoint_lanes (
    endpoint_id uuid primary key references endpoints on delete cascade,
    breaker     text        not null default 'closed' check (breaker in ('closed', 'open')),
    step        integer     not null default 0,
    probe_at    timestamptz,
    degraded    boolean     not null default false,
    version     bigint      not null default 0,
    updated_at  timestamptz not null default now()
);
comment on table endpoint_lanes is 'delivery state of an endpoint, shared by all dispatchers; no row: closed and healthy';
comment on column endpoint_lanes.step is 'back-off step of an open breaker, from 1; moved by one per probe';
comment on column endpoint_lanes.degraded is 'a failure since the last success';
comment on column endpoint_lanes.version is 'fences two dispatchers that move the same breaker';

-- Dispatchers poll one number instead of all endpoints. One row, updated under its lock, so that a reader who sees a number sees
-- every change up to it; a sequence would show numbers of transactions that have not committed.
create table endpoint_registry_version (
    only_row boolean primary key default true check (only_row),
    version  bigint not null
);
insert into endpoint_registry_version (version) values (1);

create function bump_endpoint_registry_version() returns trigger language plpgsql as $$
begin
    update endpoint_registry_version set version = version + 1;
    return null;
end $$;

create trigger endpoints_changed after insert or update or delete on endpoints
    for each statement execute function bump_endpoint_registry_version();
create trigger endpoint_secrets_changed after insert or update or delete on endpoint_secrets
    for each statement execute function bump_endpoint_registry_version();
