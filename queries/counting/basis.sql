-- The imports behind the figures of each day, once they are pinned.
select
    day as as_of, organisation, source, import_id, file, extract_date, imported_at, imported_by, loaded, rejected, warnings
from pinned_imports
order by day, organisation, source, import_id
