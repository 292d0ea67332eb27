-- what: Rows that name somebody or something that the source it refers to does not have, so that they count nowhere.
-- grain: one row per organisation, source, field and name that the other source lacks
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment whose knowledge counts
-- columns:
--   organisation (varchar): whose export it is
--   source (varchar): the source that it is an export of
--   import_id (integer): the import
--   file (varchar): the file of it
--   sheet_number (smallint): the sheet of the first row, from 0
--   sheet (varchar): its name
--   row (integer): the first row that says it
--   subject (varchar): the id or name that is not found
--   field (varchar): the field that has it
--   detail (varchar): of a system, the name in the register that is most like it; else null
--   number (bigint): how many rows have it

select *
from unmatched_names_at(as_of := $as_of, known_at := $known_at, mentioned := false)
order by organisation collate sv, source, number desc, subject collate sv
