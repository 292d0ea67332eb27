-- The rows of a table that belong to some imports.
select rowid as row_id
from {table}
where list_contains($imports, import_id)
