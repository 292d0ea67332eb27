-- The digests of an organisation, as it is called on a day, that were made last: of the day itself and of earlier days.
select d.as_of, d.made_at, d.made_by
from digests as d
inner join organisations_called(as_of := $as_of, known_at := $known_at) as o using (organisation_id)
where o.organisation = $organisation and d.as_of <= $as_of and d.made_at <= $known_at
qualify row_number() over (partition by d.as_of = $as_of order by d.edition desc) = 1
