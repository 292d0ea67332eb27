-- The organisations that there are on a day, by the name each has then.
select organisation
from organisations_on(as_of := $as_of, known_at := $known_at)
order by organisation_id
