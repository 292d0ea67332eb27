-- Counts items by point, mark, organisation, department and unit for each day, with the fields for want of which there is
-- no figure: where some items are unknown because their export has no column for them, and none is met. The points' own
-- statements stand before it as `items`, the departments as `units`.
-- Whoever belongs to no unit counts in the organisation only, a unit that no department claims in no department: they
-- have a row without one.
, counted as (
    select
        as_of,
        point,
        mark,
        organisation,
        case when $level <> 'organisation' then min(unit) end as unit,
        count(*) filter (where outcome = 'met') as met,
        count(*) filter (where outcome = 'unmet') as unmet,
        count(*) filter (where outcome = 'unknown') as unknown,
        count(*) filter (where outcome = 'pending') as pending,
        count(*) filter (where outcome = 'exempt') as exempt,
        list_distinct(list(detail) filter (where reason = 'column_missing')) as columns
    from items
    group by as_of, point, mark, organisation, case when $level <> 'organisation' then lower(unit) end
),
called as (
    select * replace (renamed('unit', unit, as_of, $known_at) as unit)
    from counted
),
placed as (
    select c.* replace (coalesce(u.unit, c.unit) as unit), lower(c.unit) as unit_key, u.department_key, u.department
    from called as c
    -- where nobody asks for the parts of an organisation, its units are not even looked for
    left join (select * from units where $level <> 'organisation') as u
        on u.as_of = c.as_of and u.organisation = c.organisation and u.unit_key = lower(c.unit)
)
select
    as_of,
    point,
    organisation,
    case when $level <> 'organisation' then max(department) end as department,
    case when $level = 'unit' then min(unit) end as unit,
    cast(sum(met) as bigint) as met,
    cast(sum(unmet) as bigint) as unmet,
    cast(sum(unknown) as bigint) as unknown,
    cast(sum(pending) as bigint) as pending,
    cast(sum(exempt) as bigint) as exempt,
    mark,
    case when sum(met) = 0 then flatten(list(columns)) end as columns
from placed
group by
    as_of,
    point,
    mark,
    organisation,
    case when $level <> 'organisation' then department_key end,
    case when $level = 'unit' then unit_key end
order by
    as_of,
    point,
    organisation,
    case when $level <> 'organisation' then department_key end collate sv,
    case when $level = 'unit' then unit_key end collate sv
