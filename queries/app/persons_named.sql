-- The names of persons in the exports of a day, and who are responsible for something: what a hand-out must not hold.
with named as (
    select name from staff_at(as_of := $as_of, known_at := $known_at) where organisation = $organisation
    union all by name
    select name from training_at(as_of := $as_of, known_at := $known_at) where organisation = $organisation
    union all by name
    select unnest([object_owner, object_leader]) as name
    from systems_at(as_of := $as_of, known_at := $known_at) where organisation = $organisation
)
select distinct name
from named
where length(name) > 3
order by name collate sv
