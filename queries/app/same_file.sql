-- The import that holds the same content for the same source and extract date, if it counts.
select import_id, imported_at
from live_imports(known_at := $known_at)
where sha256 = $sha256 and source = $source and extract_date = $extract_date
order by import_id
