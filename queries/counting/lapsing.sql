-- The items that are met on a day and will not be later: with the last day of the month in which that begins, and, where
-- they say it, the last day that they are valid. As in `ahead`, what is gone at the end of the year does not lapse in that
-- year. The points' own statements stand before it as `every_item`, the departments of the day as `units`.
, later as (
    select
        *,
        lower(item) as item_key,
        bool_or(as_of = $end) over (partition by point, organisation, lower(item)) as at_the_end
    from every_item
    where as_of > $day and outcome in ('unmet', 'unknown')
),
lapsed as (
    select
        point,
        organisation,
        item_key,
        min(as_of) as month,
        arg_min(due, as_of) as due
    from later
    where at_the_end or as_of > $end
    group by point, organisation, item_key
),
met as (
    select *, renamed('unit', unit, as_of, $known_at) as called
    from every_item
    where as_of = $day and outcome = 'met'
)
select
    l.month,
    m.point,
    m.organisation,
    u.department,
    coalesce(u.unit, m.called) as unit,
    m.item,
    m.label,
    -- what is valid on the last day of a month lapses in the next one
    case when l.due between date_trunc('month', l.month) - interval 1 day and l.month then l.due end as due
from met as m
inner join lapsed as l on l.point = m.point and l.organisation = m.organisation and l.item_key = lower(m.item)
left join units as u on u.organisation = m.organisation and u.unit_key = lower(m.called)
order by l.month, due nulls last, coalesce(u.unit, m.called) collate sv, m.point, m.item collate sv
