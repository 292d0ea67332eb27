-- The imports of a source of an organisation in effect on a day, as known at a moment.
select import_id, file, sha256, extract_date, completes, parts, loaded + rejected as rows
from imports_at(as_of := $day, known_at := $known_at)
where source = $source and organisation_id = $organisation_id
order by import_id
