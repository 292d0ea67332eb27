-- The imports of a file that are in effect on a day.
select import_id, source
from imports_at(as_of := $day, known_at := $known_at)
where sha256 = $sha256
order by import_id
