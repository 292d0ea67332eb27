-- The places of the rows of a source that are about others.
select import_id, sheet_number, row
from {source}
where not list_contains($ids, lower({id}))
