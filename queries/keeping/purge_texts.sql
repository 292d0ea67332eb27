-- The rows of a source that belong to some imports, with some of their texts.
select rowid as row_id, {columns}
from {table}
where list_contains($imports, import_id)
