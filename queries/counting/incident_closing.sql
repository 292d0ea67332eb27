-- Days from discovery to closure of this year's incidents, in steps that end at the limit. One row per step; the last
-- has no end. The incidents precede it as `incidents`.
, closed as (
    select closed_on - discovered_on as days
    from incidents
    where this_year and closed_on >= discovered_on
),
widths as (
    select cast(greatest(ceil($limit_days / 6), 1) as integer) as width
),
numbered as (
    select
        days > $limit_days as late,
        case
            when days > $limit_days then least(ceil((days - $limit_days) / width), $most_late)
            else greatest(ceil(days / width), 1)
        end as place
    from closed, widths
),
steps as (
    select false as late, unnest(range(1, cast(ceil($limit_days / width) as integer) + 1)) as place, width from widths
    union all
    select true, unnest(range(1, coalesce((select cast(max(place) as integer) from numbered where late), 0) + 1)), width
    from widths
)
select
    s.late,
    cast(
        case when s.late then $limit_days + (s.place - 1) * s.width + 1 when s.place = 1 then 0 else (s.place - 1) * s.width + 1 end
        as integer
    ) as first_day,
    cast(
        case when not s.late then least(s.place * s.width, $limit_days) when s.place < $most_late then $limit_days + s.place * s.width end
        as integer
    ) as last_day,
    count(n.place) as n
from steps as s
left join numbered as n on n.late = s.late and n.place = s.place
group by s.late, s.place, s.width
order by s.late, s.place
