-- Recurring incidents: another has the same unit and cause within some months. One row per unit and cause, with this
-- year's incidents and those of the year before that they repeat. The incidents precede it as `incidents`.
, recurring as (
    select *, min(discovered_on) filter (where this_year) over (partition by unit_key, cause_key) as first_this_year
    from incidents
    where current and recurs
)
select
    min(department) as department,
    min(unit) as unit,
    mode(cause order by cause) as cause,
    count(*) filter (where this_year) as n,
    list(id order by discovered_on, id) filter (where this_year) as ids,
    coalesce(
        list(id order by discovered_on, id) filter (
            where not this_year and months_after(discovered_on, $window_months) >= first_this_year
        ),
        []
    ) as earlier,
    max(discovered_on) filter (where this_year) as latest
from recurring
group by unit_key, cause_key
having n > 0
order by n desc, latest desc, min(unit) collate sv, cause_key collate sv
