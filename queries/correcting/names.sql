-- The names of organisations, departments, units and systems on a day, with the exports that use each and the number of
-- their rows.
select
    kind,
    mode(name order by source <> 'staff', name) as name,
    list(distinct source order by source) as sources,
    cast(sum(naming) as bigint) as naming
from names_at(as_of := $as_of, known_at := $known_at)
group by kind, lower(name)
order by kind, lower(name) collate sv
