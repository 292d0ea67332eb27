-- The sources of an organisation's basis.
select distinct source
from imports_at(as_of := $as_of, known_at := $known_at)
where organisation = $organisation
order by source
