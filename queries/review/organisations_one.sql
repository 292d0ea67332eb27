-- The organisations that are merged with a given one on a day.
select o.organisation_id
from organisations_called(as_of := $as_of, known_at := $known_at) as o
inner join organisations_called(as_of := $as_of, known_at := $known_at) as this
    on this.organisation = o.organisation and this.organisation_id = $organisation_id
order by o.organisation_id
