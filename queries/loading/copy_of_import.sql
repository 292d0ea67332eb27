-- The rows of a table that belong to one import, for another.
insert into {table} by name
select t.* replace ($import_id as import_id)
from {table} as t
where t.import_id = $earlier
