-- The requirements of a point, which are its items by their label, in the departments or units of a place: how many
-- units meet each. The point's own statement stands before it as `items`. One row per requirement and part.
select
    min(label) as requirement,
    min(department) as department,
    case when $by_unit then min(unit) end as unit,
    count(*) filter (where outcome = 'met') as met,
    count(*) filter (where outcome = 'unmet') as unmet,
    count(*) filter (where outcome = 'unknown') as unknown,
    count(*) filter (where outcome = 'pending') as pending,
    count(*) filter (where outcome = 'exempt') as exempt,
    min(reason) as reason
from (
    select i.label, i.outcome, i.reason, u.department_key, u.department, coalesce(u.unit, i.called) as unit
    from (select *, renamed('unit', unit, $as_of, $known_at) as called from items) as i
    left join units as u on u.organisation = i.organisation and u.unit_key = lower(i.called)
    where lower(i.organisation) = lower($organisation)
)
where coalesce(department_key = lower($department), $department is null)
    and coalesce(lower(unit) = lower($unit), $unit is null)
group by lower(label), department_key, case when $by_unit then lower(unit) end
