-- The product's own tables. Rows are only ever added, so what was known at any moment can always be read.
-- No keys, checks or sequences: the same files must run where those do not exist, and the loader enforces the rules.

-- One row per name given to an organisation; the latest counts.
create table organisation_names (
    organisation_id integer,
    name            varchar,
    named_at        timestamp,
    named_by        varchar
);

-- One row per import: one source of one file for one organisation and extract date. Times are UTC.
create table imports (
    import_id        integer,
    organisation_id  integer,
    source           varchar,
    file             varchar,
    sha256           varchar,
    sheets           varchar,
    extract_date     date,
    extract_date_by  varchar,
    completes        boolean,
    imported_at      timestamp,
    imported_by      varchar,
    loaded           integer,
    rejected         integer,
    warnings         integer
);

-- One row per column of a sheet that was read into a field.
create table import_columns (
    import_id integer,
    sheet     varchar,
    field     varchar,
    heading   varchar
);

-- One row per value that caused its row to be rejected, or that was loaded as empty with a warning.
create table problems (
    import_id     integer,
    sheet_number  smallint,
    sheet         varchar,
    row           integer,
    column_number integer,
    "column"      varchar,
    value         varchar,
    reason        varchar,
    kind          varchar
);

-- One row per revoked import, which no longer counts from then on.
create table revocations (
    import_id  integer,
    revoked_at timestamp,
    revoked_by varchar,
    why        varchar
);

-- One row per action of a user. No reference to other rows: history outlives what it describes.
create table events (
    happened_at timestamp,
    who         varchar,
    action      varchar,
    what        varchar
);
