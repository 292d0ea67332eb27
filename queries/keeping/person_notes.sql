-- What was written of the items of some points that are about persons.
select rowid as row_id, item, note
from item_notes
where list_contains($points, point) and list_contains($ids, lower(item))
