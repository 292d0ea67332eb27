-- The newest import, not revoked, of some organisations by the names that they have on a day.
select i.import_id, i.imported_at, i.extract_date
from live_imports(known_at := $known_at) as i
inner join organisations_called(as_of := $as_of, known_at := $known_at) as o using (organisation_id)
where list_contains($organisations, o.organisation)
order by i.import_id desc
limit 1
