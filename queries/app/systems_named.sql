-- The names of systems in the exports of a day: a hand-out must not reveal which of them are weak.
select distinct system as name
from systems_at(as_of := $as_of, known_at := $known_at)
where organisation = $organisation and length(system) > 3
order by name collate sv
