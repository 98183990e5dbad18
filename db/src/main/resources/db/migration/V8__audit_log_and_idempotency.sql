-- Who changed what over the API, and the answers that are kept for requests that come twice.

create table audit_log (
    id            uuid primary key default gen_random_uuid(),
    changed_at    timestamptz not null default now(),
    key_id        text        not null,
    key_name      text        not null,
    tenant        text,
    action        text        not null,
    resource_type text        not null,
    resource_id   text,
    details       jsonb       not null default '{}',
    before        jsonb,
    after         jsonb,
    request_id    text
);
comment on column audit_log.key_id is 'of api_keys, without a foreign key since an entry outlives the key; or bootstrap';
comment on column audit_log.tenant is 'of what was changed; null: seen by administrators of all tenants alone';
comment on column audit_log.resource_id is 'null for a change of many at once';
comment on column audit_log.before is 'without secrets, the values of headers masked; null when there was nothing';
comment on column audit_log.after is 'as before; null when nothing is left';

create index audit_log_newest on audit_log (changed_at desc, id desc);
create index audit_log_newest_of_tenant on audit_log (tenant, changed_at desc, id desc) where tenant is not null;
create index audit_log_newest_of_key on audit_log (key_id, changed_at desc, id desc);
create index audit_log_newest_of_resource on audit_log (resource_id, changed_at desc, id desc) where resource_id is not null;

create table idempotency_keys (
    lookup      bytea primary key,
    caller_id   text        not null,
    method      text        not null,
    path        text        not null,
    fingerprint bytea       not null,
    claim_id    uuid        not null,
    claimed_at  timestamptz not null default now(),
    status      smallint,
    headers     jsonb,
    body        bytea,
    expires_at  timestamptz not null,
    check ((status is null) = (body is null) and (status is null) = (headers is null))
);
comment on column idempotency_keys.lookup is 'HMAC of the Idempotency-Key under the API key: neither can be read from it';
comment on column idempotency_keys.fingerprint is 'HMAC of the request under the API key';
comment on column idempotency_keys.claim_id is 'of the request that runs or ran, fences one that was given up';
comment on column idempotency_keys.status is 'null while the first request runs';
comment on column idempotency_keys.body is 'encrypted with a key made of the API key and the Idempotency-Key, which no table holds';
comment on column idempotency_keys.expires_at is 'of a claim: until it counts as given up; of an answer: until it is forgotten';

create index idempotency_keys_by_caller on idempotency_keys (caller_id, claimed_at);
create index idempotency_keys_by_end on idempotency_keys (expires_at);
