-- This year's incidents and how they were closed. One row. The incidents precede it as `incidents`.
, aged as (
    select *, closed_on - discovered_on as days
    from incidents
    where this_year
)
select
    count(*) as discovered,
    count(*) filter (where days between 0 and $limit_days) as in_time,
    count(*) filter (where days > $limit_days) as late,
    count(*) filter (where closed_on is null and closed_told and $as_of - discovered_on <= $limit_days) as open,
    count(*) filter (where closed_on is null and closed_told and $as_of - discovered_on > $limit_days)
        as open_too_long,
    count(*) filter (where not closed_told) as unknown,
    count(*) filter (where days < 0) as contradicting,
    cast(ceil(quantile_cont(days, 0.5) filter (where days >= 0)) as integer) as median_days
from aged
