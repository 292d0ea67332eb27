-- What each organisation is called on a day: those that have become one are called alike.
select organisation_id, given_name, organisation
from organisations_called(as_of := cast($day as date), known_at := $known_at)
order by organisation_id
