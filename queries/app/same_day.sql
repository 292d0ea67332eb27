-- The imports in effect that a new one of the same organisation, source and extract date would replace.
select import_id, file
from imports_at(as_of := $extract_date, known_at := $known_at)
where organisation_id = $organisation_id and source = $source and extract_date = $extract_date
order by import_id
