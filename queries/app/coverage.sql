-- Counts items by point, organisation, department and unit for each day. The points' own statements stand before it
-- as `items`, the departments as `units`.
-- Whoever belongs to no unit counts in the organisation only; a unit that no department claims in no department.
, placed as (
    select
        i.as_of,
        i.point,
        i.organisation,
        i.outcome,
        lower(i.unit) as unit_key,
        coalesce(u.unit, i.unit) as unit,
        u.department_key,
        u.department
    from items as i
    left join units as u on u.as_of = i.as_of and u.organisation = i.organisation and u.unit_key = lower(i.unit)
)
select
    as_of,
    point,
    organisation,
    max(department) as department,
    case when grouping(unit_key) = 0 then min(unit) end as unit,
    count(*) filter (where outcome = 'met') as met,
    count(*) filter (where outcome = 'unmet') as unmet,
    count(*) filter (where outcome = 'unknown') as unknown,
    count(*) filter (where outcome = 'pending') as pending,
    count(*) filter (where outcome = 'exempt') as exempt,
    case
        when grouping(unit_key) = 0 then 'unit'
        when grouping(department_key) = 0 then 'department'
        else 'organisation'
    end as level
from placed
group by grouping sets (
    (as_of, point, organisation),
    (as_of, point, organisation, department_key),
    (as_of, point, organisation, department_key, unit_key)
)
having (grouping(department_key) = 1 or grouping(unit_key) = 0 or department_key is not null)
    and (grouping(unit_key) = 1 or unit_key is not null)
order by as_of, point, organisation, level, department_key collate sv, unit_key collate sv
