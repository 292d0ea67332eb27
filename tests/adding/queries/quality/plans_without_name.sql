-- what: Continuity plans without a name.
-- grain: one row a plan
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
--   subject (varchar): the id of the plan
--   field (varchar): plan
--   detail (varchar): always null
--   number (bigint): always 1

select
    organisation,
    'exercises' as source,
    import_id,
    file,
    sheet_number,
    sheet,
    row,
    plan_id as subject,
    'plan' as field,
    cast(null as varchar) as detail,
    cast(1 as bigint) as number
from exercises_at(as_of := $as_of, known_at := $known_at)
where plan is null
order by organisation collate sv, import_id, sheet_number, row
