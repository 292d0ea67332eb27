-- The organisations that the database knows, by the name each has now.
select organisation_id, organisation
from organisations_at(known_at := $known_at)
order by organisation_id
