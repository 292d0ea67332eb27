-- what: Systems that incidents or processings name and that the register lacks.
-- grain: one row per organisation, source and system that the register does not have
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
--   subject (varchar): the system
--   field (varchar): system
--   detail (varchar): the system of the register that is most like it, or null
--   number (bigint): how many rows have it

select *
from unmatched_names_at(as_of := $as_of, known_at := $known_at, mentioned := true)
order by organisation collate sv, source, number desc, subject collate sv
