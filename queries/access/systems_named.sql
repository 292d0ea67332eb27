-- The names of systems in the exports of all days and organisations: a hand-out must not reveal which of them are or
-- were weak.
select distinct system as name
from systems
where length(system) > 3
order by name collate sv
