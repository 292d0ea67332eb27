-- Those of some imports that are in effect.
select import_id
from live_imports(known_at := $known_at)
where list_contains(cast($imports as integer[]), import_id)
order by import_id
