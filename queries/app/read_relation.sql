-- The same without storing its rows: a relation of many rows and columns, of which a statement reads few columns. The stored
-- macro is named with its database, since this one has its name.
create or replace temp table editions_of_{relation} as
select day, min(day) over (partition by imports, names) as edition
from (
    select day, names, list(import_id order by import_id) as imports
    from pinned_imports
    where list_contains($sources, source)
    group by day, names
);

create or replace temp macro {relation}(as_of, known_at) as table
    select r.* exclude (edition)
    from (
        select o.edition, s.*
        from (select distinct edition from editions_of_{relation}) as o, lateral (
            select * from {database}.main.{relation}(as_of := o.edition, known_at := known_at)
        ) as s
    ) as r
    inner join editions_of_{relation} as e using (edition)
    where e.day = as_of
