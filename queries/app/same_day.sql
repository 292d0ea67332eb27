-- The import of the same organisation, source and extract date that a later one takes the place of.
select import_id, file
from live_imports(known_at := $known_at)
where organisation_id = $organisation_id and source = $source and extract_date = $extract_date
order by import_id desc
limit 1
