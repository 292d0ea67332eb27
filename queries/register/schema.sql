-- The register of those who reach the product, in SQLite. Names are only in `persons`, so that a person can be removed
-- without breaking the audit trail.

-- seen_at: the last login, empty before the first. held: the roles that the provider named then, as JSON.
create table if not exists persons (
    person  text primary key,
    issuer  text not null,
    subject text not null,
    name    text not null,
    seen_at text not null,
    held    text not null,
    unique (issuer, subject)
);

-- One row each time a role was given to a person or taken away; the last one of a person and role counts.
create table if not exists roles (
    number       integer primary key autoincrement,
    at           text not null,
    person       text not null,
    role         text not null,
    organisation text,
    department   text,
    unit         text,
    given        integer not null,
    given_by     text not null
);

-- One row per key of pseudonyms, in the order in which they came. The first is used; others came with a restored store.
create table if not exists keys (
    number integer primary key,
    id     text not null unique,
    secret text not null
);

-- One row per login. key: SHA-256 of the id that the browser holds. held: the roles that the provider named, as JSON.
-- token: the ID token, which some providers need at the logout. Rows are removed when the session is over.
create table if not exists sessions (
    key      text primary key,
    person   text not null,
    issuer   text not null,
    held     text not null,
    token    text not null,
    begun_at text not null,
    seen_at  text not null,
    ends_at  text not null
);

-- One row per entry of the audit trail. seal: SHA-256 of the entry and of the seal before it.
create table if not exists audit (
    number  integer primary key,
    at      text not null,
    person  text not null,
    action  text not null,
    what    text not null,
    details text not null,
    seal    text not null
);

create trigger if not exists audit_is_kept before update on audit begin
    select raise(abort, 'the audit trail is only added to');
end;

create trigger if not exists audit_is_not_removed before delete on audit begin
    select raise(abort, 'the audit trail is only added to');
end;
