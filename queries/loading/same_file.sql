-- The imports in effect that hold the same content for the same source, extract date and parts, and whose each is on that
-- day.
select i.import_id, i.imported_at, i.file, o.organisation
from live_imports(known_at := $known_at) as i
inner join organisations_called(as_of := $extract_date, known_at := $known_at) as o using (organisation_id)
where i.sha256 = $sha256 and i.source = $source and i.extract_date = $extract_date
    and i.parts is not distinct from cast($parts as varchar[])
order by i.import_id
