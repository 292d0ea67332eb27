-- The units where somebody is employed on the day and no incident was discovered this year. The incidents stand before it as `incidents`. One row a unit with how many it employs.
, staffed as (
    select
        organisation,
        lower(renamed('unit', unit, $as_of, $known_at)) as unit_key,
        mode(renamed('unit', unit, $as_of, $known_at)) as called,
        count(distinct lower(employee_id)) as persons
    from staff_at(as_of := $as_of, known_at := $known_at)
    where organisation = $organisation
        and employed_from <= $as_of
        and (employed_to is null or employed_to >= $as_of)
    group by organisation, unit_key
),
placed as (
    select s.*, u.department, coalesce(u.unit, s.called) as unit
    from staffed as s
    left join units_at(as_of := $as_of, known_at := $known_at) as u using (organisation, unit_key)
)
select
    department,
    unit,
    persons,
    not exists (select 1 from incidents as i where i.this_year and i.unit_key = p.unit_key) as silent
from placed as p
where ($department is null or department = $department) and ($unit is null or unit = $unit)
order by department collate sv nulls last, unit collate sv
