-- The numbers of the organisations with a name: their own, or the one that they are called by on a day. The one whose own
-- name it is comes first.
select organisation_id
from organisations_called(as_of := $as_of, known_at := $known_at)
where lower(organisation) = lower($organisation) or lower(given_name) = lower($organisation)
order by lower(given_name) <> lower($organisation), organisation_id
