-- The organisations that exist on a day, by their names then.
select organisation
from organisations_on(as_of := $as_of, known_at := $known_at)
order by organisation_id
