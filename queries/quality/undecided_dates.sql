-- what: Columns of dates that could begin with the day or the month, or only with the month, as nobody has said which.
-- grain: one row per import and column
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment whose knowledge counts
-- columns:
--   organisation (varchar): whose export it is
--   source (varchar): the source that it is an export of
--   import_id (integer): the import
--   file (varchar): the file of it
--   sheet_number (smallint): always null
--   sheet (varchar): always null
--   row (integer): always null
--   subject (varchar): the heading of the column
--   field (varchar): the field
--   detail (varchar): always null
--   number (bigint): how many rows the import has

select distinct
    i.organisation,
    i.source,
    i.import_id,
    i.file,
    cast(null as smallint) as sheet_number,
    cast(null as varchar) as sheet,
    cast(null as integer) as row,
    c.heading as subject,
    c.field,
    cast(null as varchar) as detail,
    cast(i.loaded + i.rejected as bigint) as number
from imports_at(as_of := $as_of, known_at := $known_at) as i
inner join import_facts as f using (import_id)
inner join import_columns as c on c.import_id = i.import_id and c.field = f.what
where f.fact in ('either_first', 'month_first')
order by i.organisation collate sv, i.source, i.import_id, c.field, c.heading
