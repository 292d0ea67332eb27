-- The numbers of the organisations with a name on a day. Merged organisations share one; the one whose own name it is
-- comes first.
select organisation_id
from organisations_called(as_of := $as_of, known_at := $known_at)
where organisation = $organisation
order by lower(given_name) <> lower(organisation), organisation_id
