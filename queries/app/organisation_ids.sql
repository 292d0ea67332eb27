-- The numbers of the organisations that are called by a name on a day; several that have become one share it, first the one
-- whose own it is.
select organisation_id
from organisations_called(as_of := $as_of, known_at := $known_at)
where organisation = $organisation
order by lower(given_name) <> lower(organisation), organisation_id
