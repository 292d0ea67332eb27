-- The rows of a source that are about some persons, by their ids.
select rowid as row_id, import_id, sheet_number, row, {columns}
from {source}
where list_contains($ids, lower({id}))
order by import_id, sheet_number, row
