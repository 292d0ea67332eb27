-- Details stored with an import, mappings by hand of files that were not recognised, and names that change.

-- The place of a column (0 is A) and the last row of its heading. A column that is not read into a field has none.
alter table import_columns add column sheet_number smallint;
alter table import_columns add column place smallint;
alter table import_columns add column heading_row integer;

-- One row per spreadsheet row of a sheet that was read, every cell as text, without the columns that are never stored.
create table import_rows (
    import_id    integer,
    sheet_number smallint,
    row          integer,
    cells        varchar[]
);

-- One row per fact noticed while a file was read, or stated by a user. fact: masked (identity numbers), cut (cells far
-- away), formula (without a value), dropped_column, error_cell, mapped (by hand), matched_by (the column of another
-- export by which its keys were matched), returned_to (the SHA-256 of the file that corrected rows belong to), mended (a
-- returned row, by its sheet and number in that file; number is 1 if it was loaded).
create table import_facts (
    import_id    integer,
    sheet_number smallint,
    fact         varchar,
    what         varchar,
    row          integer,
    number       bigint
);

-- One row each time a mapping was created, changed or deleted; the latest for the same headings counts.
-- mapping: JSON; null where it was deleted.
create table mappings (
    mapping_id integer,
    headings   varchar[],
    source     varchar,
    mapping    varchar,
    made_at    timestamp,
    made_by    varchar
);

-- One row per change of a name from a day on. kind: organisation, department, unit or system.
-- follows: not entered but derived from others (A became B, and B became C), and removed with them.
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

-- One row per removed alias, which no longer holds from then on.
create table alias_removals (
    alias_id   integer,
    removed_at timestamp,
    removed_by varchar
);
