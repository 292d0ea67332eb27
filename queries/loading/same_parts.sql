-- The other imports in effect of the same source, organisation and day that are about something that an import is, also
-- those that a whole export came after.
with own as (
    select list_transform(parts, lambda part: lower(part)) as parts
    from imports
    where import_id = $import_id
)
select i.import_id, i.sha256
from live_imports(known_at := $known_at) as i, own
where i.source = $source and i.organisation_id = $organisation_id and i.extract_date = $day
    and i.import_id <> $import_id
    and list_has_any(list_transform(i.parts, lambda part: lower(part)), own.parts)
order by i.import_id
