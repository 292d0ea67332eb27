-- The organisations in the database, by their current names.
select organisation_id, organisation
from organisations_at(known_at := $known_at)
order by organisation_id
