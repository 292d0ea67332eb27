-- The same register in PostgreSQL, made by the program that writes first. Texts compare as in SQLite: by their bytes.
do $made$ begin
    if to_regnamespace('compliance_register') is null then
        create schema compliance_register;
    end if;
    create table if not exists compliance_register.keys (
        number bigint primary key,
        id     text collate "C" not null unique,
        secret text collate "C" not null
    );
    if to_regclass('compliance_register.audit') is not null then
        return;
    end if;

    create table compliance_register.persons (
        person  text collate "C" primary key,
        issuer  text collate "C" not null,
        subject text collate "C" not null,
        name    text collate "C" not null,
        seen_at text collate "C" not null,
        held    text collate "C" not null,
        unique (issuer, subject)
    );

    create table compliance_register.roles (
        number       bigint primary key,
        at           text collate "C" not null,
        person       text collate "C" not null,
        role         text collate "C" not null,
        organisation text collate "C",
        department   text collate "C",
        unit         text collate "C",
        given        bigint not null check (given in (0, 1)),
        given_by     text collate "C" not null
    );

    create table compliance_register.sessions (
        key      text collate "C" primary key,
        person   text collate "C" not null,
        issuer   text collate "C" not null,
        held     text collate "C" not null,
        token    text collate "C" not null,
        begun_at text collate "C" not null,
        seen_at  text collate "C" not null,
        ends_at  text collate "C" not null
    );

    -- Otherwise PostgreSQL would keep samples of names, which stay when the row is removed. No plan needs them.
    alter table compliance_register.persons
    alter column subject set statistics 0, alter column name set statistics 0, alter column held set statistics 0;
    alter table compliance_register.sessions
    alter column token set statistics 0, alter column held set statistics 0;

    create table compliance_register.audit (
        number  bigint primary key,
        at      text collate "C" not null,
        person  text collate "C" not null,
        action  text collate "C" not null,
        what    text collate "C" not null,
        details text collate "C" not null,
        seal    text collate "C" not null unique
    );

    create function compliance_register.refuse() returns trigger language plpgsql as $refuse$ begin
        raise exception 'the audit trail is only added to';
    end $refuse$;

    create trigger audit_is_kept before update or delete or truncate on compliance_register.audit
    for each statement execute function compliance_register.refuse();
end $made$
