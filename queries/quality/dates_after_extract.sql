-- what: Things dated as done after the day of the export.
-- grain: one row per row and date
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
--   subject (varchar): what the row is about, never a person
--   field (varchar): the field with the date
--   detail (varchar): the date
--   number (bigint): how many days after the extract date it is

with counting as (
    select i.organisation, i.organisation_id, i.file, i.extract_date, d.*
    from days_done() as d
    inner join imports_at(as_of := $as_of, known_at := $known_at) as i using (import_id, source)
)
select
    organisation, source, import_id, file, sheet_number, sheet, row, subject, field,
    cast(day as varchar) as detail,
    day - extract_date as number
from counting as c
where day > extract_date
    -- what is not done may have a planned day
    and not exists (
        select 1
        from local_instruction as p
        where p.import_id = c.import_id and p.sheet_number = c.sheet_number and p.row = c.row
            and p.status_code is distinct from 'done'
    )
    -- the last row with an id counts
    and not exists (
        select 1
        from counting as l
        where l.organisation_id = c.organisation_id
            and l.source = c.source
            and lower(l.id) = lower(c.id)
            and (l.extract_date, l.import_id, l.sheet_number, l.row)
                > (c.extract_date, c.import_id, c.sheet_number, c.row)
    )
order by organisation collate sv, source, import_id, sheet_number, row, field
