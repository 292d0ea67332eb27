-- The digest of an organisation, as it is called on a day, that was made last.
select d.as_of, d.made_at, d.made_by
from digests as d
inner join organisations_called(as_of := $as_of, known_at := $known_at) as o using (organisation_id)
where o.organisation = $organisation and d.made_at <= $known_at
order by d.edition desc
limit 1
