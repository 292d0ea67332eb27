-- This year's incidents by cause. One row per cause of the largest, one for the others together, one for incidents
-- without a cause, one for those of which no column tells. The incidents precede it as `incidents`.
, caused as (
    select
        cause_kind as kind,
        case when cause is not null then cause_key end as cause_key,
        mode(cause order by cause) as cause,
        count(*) as n
    from incidents
    where this_year
    group by 1, 2
),
ranked as (
    select *, row_number() over (partition by kind order by n desc, cause_key collate sv) as place
    from caused
),
folded as (
    select * replace (
        case when kind = 'cause' and place > $most then 'others' else kind end as kind,
        case when kind = 'cause' and place <= $most then cause end as cause
    )
    from ranked
)
select kind, cause, cast(sum(n) as bigint) as n
from folded
group by kind, cause
order by list_position(['cause', 'others', 'missing'], kind) nulls last, n desc, lower(cause) collate sv
