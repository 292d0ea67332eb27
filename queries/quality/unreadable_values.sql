-- what: Values that could not be read and were loaded as empty.
-- grain: one row per value
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
--   subject (varchar): the value, or null
--   field (varchar): the heading above it
--   detail (varchar): why, as a code
--   number (bigint): always 1

select
    i.organisation, i.source, i.import_id, i.file, p.sheet_number, p.sheet, p.row,
    p.value as subject,
    p."column" as field,
    p.reason as detail,
    cast(1 as bigint) as number
from problems as p
inner join imports_at(as_of := $as_of, known_at := $known_at) as i using (import_id)
-- a cell that could be level 4 is emptied only in columns of which nothing is counted, and told at loading
where p.kind = 'warning' and p.reason not in ('duplicate', 'unread_level')
order by i.organisation collate sv, i.source, i.import_id, p.sheet_number, p.row, p.column_number, p.reason
