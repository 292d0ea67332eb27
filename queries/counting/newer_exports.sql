-- The sources of which an organisation has an extract after a day: the day is the past then, and nothing is ahead of it.
select distinct o.organisation, i.source
from live_imports(known_at := $known_at) as i
inner join organisations_called(as_of := $as_of, known_at := $known_at) as o using (organisation_id)
where i.extract_date > $as_of
