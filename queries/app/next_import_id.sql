-- The number of the next import. One process writes at a time, so it is free.
select coalesce(max(import_id), 0) + 1 from imports
