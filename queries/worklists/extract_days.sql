-- The days up to one of which an organisation has exports of some sources.
select distinct i.extract_date
from live_imports(known_at := $known_at) as i
inner join organisations_called(as_of := $as_of, known_at := $known_at) as o using (organisation_id)
where o.organisation = $organisation and i.extract_date <= $as_of and list_contains($sources, i.source)
order by i.extract_date
