-- What is kept of an import beside its rows, how a person has mapped what was not recognised, and names that change.

-- Where a column stood (0 is A) and the last row of its heading. A column that no field is read from has no field.
alter table import_columns add column sheet_number smallint;
alter table import_columns add column place smallint;
alter table import_columns add column heading_row integer;

-- One row a spreadsheet row of a sheet that was read, every cell as text: without the columns that are never kept.
create table import_rows (
    import_id    integer,
    sheet_number smallint,
    row          integer,
    cells        varchar[]
);

-- One row something that was noticed while a file was read, or that a person has said of it. fact: masked (identity
-- numbers), cut (cells far away), formula (without a value), dropped_column, error_cell, mapped (by hand), matched_by
-- (the column of another export by which its keys were matched), returned_to (the SHA-256 of the file that mended rows
-- belong to), mended (a row that came back, by its sheet and number there; number is 1 where it could be loaded).
create table import_facts (
    import_id    integer,
    sheet_number smallint,
    fact         varchar,
    what         varchar,
    row          integer,
    number       bigint
);

-- One row each time a mapping was made, changed or deleted; for the same headings the latest counts.
-- mapping: JSON; null where it was deleted.
create table mappings (
    mapping_id integer,
    headings   varchar[],
    source     varchar,
    mapping    varchar,
    made_at    timestamp,
    made_by    varchar
);

-- One row a name that is another from a day on. kind: organisation, department, unit or system.
-- follows: nobody has said it; it follows from others (A became B, and B became C), and goes when they go.
create table aliases (
    alias_id   integer,
    kind       varchar,
    old_name   varchar,
    new_name   varchar,
    valid_from date,
    follows    boolean,
    made_at    timestamp,
    made_by    varchar
);

-- One row an alias that no longer counts, from then on.
create table alias_removals (
    alias_id   integer,
    removed_at timestamp,
    removed_by varchar
);
