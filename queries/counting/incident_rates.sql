-- This year's incidents and the persons employed on the day, by department or unit of the scope. One row per part; the
-- last has no department. The incidents precede it as `incidents`.
, persons as (
    select
        u.department,
        coalesce(u.unit, p.called) as unit,
        count(*) as employed
    from (
        select *, renamed('unit', unit, $as_of, $known_at) as called
        from persons_at(as_of := $as_of, known_at := $known_at)
        where organisation = $organisation
    ) as p
    left join units_at(as_of := $as_of, known_at := $known_at) as u
        on u.organisation = p.organisation and u.unit_key = lower(p.called)
    group by all
),
both_sides as (
    select department, unit, employed, 0 as discovered
    from persons
    where ($department is null or department = $department) and ($unit is null or unit = $unit)
    union all
    select department, unit, 0, count(*)
    from incidents
    where this_year
    group by department, unit
)
select
    case when $by_unit then unit else department end as part,
    cast(sum(discovered) as bigint) as discovered,
    cast(sum(employed) as bigint) as employed
from both_sides
group by lower(case when $by_unit then unit else department end), part
order by part is null, sum(discovered) / nullif(sum(employed), 0) desc nulls last, part collate sv
