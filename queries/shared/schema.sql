-- What PostgreSQL has beside the tables of the store: which changes were made, in order, and which of the schema files
-- its tables come from. They are made by the program that writes first, as is every table of the store, whose rows say
-- which change added them and in which order.

-- One row per change. id: random, so that a copy notices that a number now stands for another change. rows: how many
-- rows the change added to each table, as JSON. anew: the change replaced everything that was there.
create table changes (
    number bigint primary key,
    id     text not null unique,
    at     timestamp not null,
    anew   boolean not null,
    rows   text not null
);

create table schema_files (
    name       text primary key,
    applied_at timestamp not null
);
