-- The incidents of a scope known on a day, and those of the year before as known at its end, since an export may hold
-- one year only. One row per incident; `current` marks those in the day's own export.
with read as (
    select *, true as current
    from recurring_at(as_of := $as_of, known_at := $known_at, window_months := $window_months)
    union all by name
    select *, false as current
    from discovered_at(as_of := cast(date_trunc('year', $as_of) - interval 1 day as date), known_at := $known_at)
),
combined as (
    select * replace (renamed('unit', unit, $as_of, $known_at) as unit)
    from read
    where organisation = $organisation
    qualify current
        or count(*) filter (where current) over (partition by lower(incident_id), year(discovered)) = 0
),
dated as (
    select
        * replace (current and this_year as this_year),
        min(discovered_on) over () as known_from,
        max(extract_date) over () as known_to
    from combined
),
placed as (
    select
        t.* replace (coalesce(u.unit, t.unit) as unit),
        u.department,
        lower(t.unit) as unit_key
    from dated as t
    left join units_at(as_of := $as_of, known_at := $known_at) as u
        on u.organisation = t.organisation and u.unit_key = lower(t.unit)
    where ($department is null or u.department = $department) and ($unit is null or coalesce(u.unit, t.unit) = $unit)
),
counted as (
    select
        *,
        -- a text that is used often is a word of a list; a rare one may be somebody's own words
        count(*) filter (where this_year) over (partition by lower(cause)) as cause_used,
        count(*) filter (where discovered_on >= date_trunc('month', $as_of) - interval 11 month)
            over (partition by lower(category)) as category_used
    from placed
)
select
    incident_id as id,
    department,
    unit,
    unit_key,
    case when category_used >= $least then category end as category,
    -- what the export has no column for is not known to be missing
    case
        when cause is null then if(told(cause, 'cause', columns), 'missing', 'untold')
        when cause_used >= $least then 'cause'
        else 'others'
    end as cause_kind,
    told(category, 'category', columns) as category_told,
    closed_told,
    case when cause_used >= $least then cause end as cause,
    lower(cause) as cause_key,
    discovered_on,
    closed_on,
    current,
    this_year,
    recurs,
    known_from,
    known_to
from counted
