-- The names, known at a moment, of the organisations that share a name on a day.
select n.organisation_id, n.name, n.named_at
from organisation_names as n
inner join organisations_called(as_of := $as_of, known_at := $known_at) as o using (organisation_id)
where n.named_at <= $known_at and lower(o.organisation) = lower($organisation)
order by n.named_at, n.organisation_id
