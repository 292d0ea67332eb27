-- The units of a scope where somebody is employed on the day, and whether no incident was discovered there this year.
-- One row per unit, with the number of employed persons.
with placed as (
    select u.department, coalesce(u.unit, s.unit) as unit, s.persons, s.silent
    from staffed_units_at(as_of := $as_of, known_at := $known_at) as s
    left join units_at(as_of := $as_of, known_at := $known_at) as u using (organisation, unit_key)
    where s.organisation = $organisation
)
select department, unit, persons, silent
from placed
where ($department is null or department = $department) and ($unit is null or unit = $unit)
order by department collate sv nulls last, unit collate sv
