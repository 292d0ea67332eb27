-- The imports of a source of an organisation in effect, of days before one, and what they say once that they are about.
select import_id, parts
from live_imports(known_at := $known_at)
where source = $source and organisation_id = $organisation_id and extract_date < $day
order by import_id
