-- What was written of items that are some persons. others: the points whose items are none.
select rowid as row_id, item, note, message, answer
from item_notes
where not list_contains($others, point) and list_contains($ids, lower(item))
