-- The imports behind the figures of each day.
select
    day.as_of,
    i.organisation,
    i.source,
    i.import_id,
    i.file,
    i.extract_date,
    i.imported_at,
    i.imported_by,
    i.loaded,
    i.rejected,
    i.warnings
from (select unnest($days) as as_of) as day, lateral (
    select * from imports_at(as_of := day.as_of, known_at := $known_at)
) as i
order by day.as_of, i.organisation, i.source, i.import_id
