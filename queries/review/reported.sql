-- The yearly reports known on a day: those of each year in the deviations, and the years for which the plan has
-- priority areas (as the report plan), with the latest extract date behind them.
with reports as (
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
from reports
group by source, year, report
order by source, year, report
