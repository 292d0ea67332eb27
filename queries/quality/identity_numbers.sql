-- what: Files that held personal identity numbers: the columns that were dropped, and how many were masked in other texts.
-- grain: one row per dropped column, or per file with masked numbers
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment whose knowledge counts
-- columns:
--   organisation (varchar): whose export it is
--   source (varchar): the source that it is an export of
--   import_id (integer): the import
--   file (varchar): the file of it
--   sheet_number (smallint): the sheet of the column, from 0, or null
--   sheet (varchar): its name, or null
--   row (integer): always null
--   subject (varchar): always null
--   field (varchar): the heading of the column that was dropped, or null
--   detail (varchar): masked or dropped_column
--   number (bigint): how many were masked; of a column 1

with sheets as (
    select distinct import_id, sheet_number, sheet
    from import_columns
)
select
    i.organisation, i.source, i.import_id, i.file, f.sheet_number, s.sheet,
    cast(null as integer) as row,
    cast(null as varchar) as subject,
    nullif(f.what, '') as field,
    f.fact as detail,
    f.number
from import_facts as f
inner join imports_at(as_of := $as_of, known_at := $known_at) as i using (import_id)
left join sheets as s using (import_id, sheet_number)
where f.fact in ('masked', 'dropped_column')
order by i.organisation collate sv, i.source, i.import_id, f.sheet_number, f.fact, f.what
