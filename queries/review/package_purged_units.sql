-- The departments of units in purged imports behind a review.
select import_id, unit, department
from purged_units
where list_contains($imports, import_id)
order by import_id, unit
