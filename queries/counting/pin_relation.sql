-- Store the rows of a relation for the days of `pinned_imports`, once for all days with the same imports and names,
-- for one cursor: this macro hides the stored one of the same name.
-- section: editions
create or replace temp table editions_of_{relation} as
select day, min(day) over (partition by imports, names) as edition
from (
    select day, names, list(import_id order by import_id) as imports
    from pinned_imports
    where list_contains($sources, source)
    group by day, names
)

-- section: rows
create or replace temp table pinned_{relation} as
select e.edition, r.*
from (select distinct edition from editions_of_{relation}) as e, lateral (
    select * from {relation}(as_of := e.edition, known_at := $known_at)
) as r

-- section: macro
create or replace temp macro {relation}(as_of, known_at) as table
    select r.* exclude (edition)
    from pinned_{relation} as r
    inner join editions_of_{relation} as e using (edition)
    where e.day = as_of
