-- For what want of columns a place has no figure: some of its items are unknown for it, and none is met. The points' own
-- statements stand before it as `items`, the departments as `units`, as before `coverage`.
, called as (
    select as_of, point, organisation, renamed('unit', unit, as_of, $known_at) as unit, outcome, reason, detail
    from items
    where outcome in ('met', 'unmet', 'unknown')
),
placed as (
    select c.* replace (coalesce(u.unit, c.unit) as unit), lower(c.unit) as unit_key, u.department_key, u.department
    from called as c
    left join (select * from units where $level <> 'organisation') as u
        on u.as_of = c.as_of and u.organisation = c.organisation and u.unit_key = lower(c.unit)
)
select
    as_of,
    point,
    organisation,
    case when $level <> 'organisation' then max(department) end as department,
    case when $level = 'unit' then min(unit) end as unit,
    string_agg(distinct detail, ', ') filter (where reason = 'column_missing') as columns
from placed
group by
    as_of,
    point,
    organisation,
    case when $level <> 'organisation' then department_key end,
    case when $level = 'unit' then unit_key end
having bool_and(outcome <> 'met') and bool_or(reason is not distinct from 'column_missing')
