-- The organisations as they are called on a day, in their order.
select distinct organisation
from organisations_called(as_of := $as_of, known_at := $known_at)
order by organisation collate sv
