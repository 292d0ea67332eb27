-- The import in effect that holds the same content for the same source and extract date.
select import_id, imported_at
from live_imports(known_at := $known_at)
where sha256 = $sha256 and source = $source and extract_date = $extract_date
order by import_id
