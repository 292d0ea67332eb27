-- The product's own tables. Rows are only ever added: what was known at any moment can always be told.
-- No keys, checks or sequences: the same files shall run where those do not exist, and the loader keeps the rules.

-- One row each time an organisation was given a name; the latest counts.
create table organisation_names (
    organisation_id integer,
    name            varchar,
    named_at        timestamp,
    named_by        varchar
);

-- One row an import: one source of one file for one organisation and extract date. Times are UTC.
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

-- One row a column of a sheet that was read into a field.
create table import_columns (
    import_id integer,
    sheet     varchar,
    field     varchar,
    heading   varchar
);

-- One row a value that made its row be rejected, or that was loaded as empty with a warning.
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

-- One row an import that no longer counts, from then on.
create table revocations (
    import_id  integer,
    revoked_at timestamp,
    revoked_by varchar,
    why        varchar
);

-- One row a change that somebody made. No reference to other rows: history outlives what it describes.
create table events (
    happened_at timestamp,
    who         varchar,
    action      varchar,
    what        varchar
);
