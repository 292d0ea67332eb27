-- What there is of the yearly reports on a day: the reports of each year in the deviations, the years in which the plan
-- has priority areas (as the report plan), and the latest extract date behind them.
with told as (
    select 'deviations' as source, year::integer as year, lower(trim(report)) as report, extract_date
    from deviations_at(as_of := $as_of, known_at := $known_at)
    where organisation = $organisation
    union all
    select
        'activities',
        unnest([year(start), year(due)])::integer,
        case when kind_code = 'priority_area' then 'plan' end,
        extract_date
    from activities_at(as_of := $as_of, known_at := $known_at)
    where organisation = $organisation
)
select source, year, report, max(extract_date) as extract_date
from told
group by source, year, report
order by source, year, report
