-- Who may call the API. The bootstrap administrator's key is a setting and has no row.

create table api_keys (
    id           uuid primary key,
    name         text        not null,
    tenant       text,
    scopes       text[]      not null check (cardinality(scopes) > 0),
    key_hash     bytea       not null unique,
    key_prefix   text        not null,
    created_at   timestamptz not null default now(),
    expires_at   timestamptz,
    last_used_at timestamptz
);
comment on column api_keys.key_hash is 'SHA-256 of the key: keys are random and long, so a fast hash cannot be searched';
comment on column api_keys.key_prefix is 'the first characters, so that its owner recognises it';
comment on column api_keys.last_used_at is 'at most a minute behind';

create index api_keys_by_age on api_keys (created_at, id);
