-- what: Cells with an error of the spreadsheet program, read as empty, except in rows that were returned corrected.
-- grain: one row per cell
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment whose knowledge counts
-- columns:
--   organisation (varchar): whose export it is
--   source (varchar): the source that it is an export of
--   import_id (integer): the import
--   file (varchar): the file of it
--   sheet_number (smallint): the sheet, from 0
--   sheet (varchar): its name
--   row (integer): the row
--   subject (varchar): always null
--   field (varchar): the heading above it, or null
--   detail (varchar): always null
--   number (bigint): always 1

with sheets as (
    select distinct import_id, sheet_number, sheet
    from import_columns
)
select
    i.organisation, i.source, i.import_id, i.file, f.sheet_number, s.sheet, f.row,
    cast(null as varchar) as subject,
    nullif(f.what, '') as field,
    cast(null as varchar) as detail,
    f.number
from import_facts as f
inner join imports_at(as_of := $as_of, known_at := $known_at) as i using (import_id)
left join sheets as s using (import_id, sheet_number)
where f.fact = 'error_cell'
    and not exists (
        select 1
        from mended_rows(as_of := $as_of, known_at := $known_at) as m
        where m.organisation_id = i.organisation_id
            and m.source = i.source
            and m.import_id > i.import_id
            and m.row = f.row
            and (s.sheet is null or m.sheet = s.sheet)
    )
order by i.organisation collate sv, i.source, i.import_id, f.sheet_number, f.row, f.what
