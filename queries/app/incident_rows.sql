-- The incidents of a scope known on a day, and those of the year before as they were known at its end: an export may hold one year only. One row an incident; `current` are those that the day's own export has.
with read as (
    select *, true as current
    from recurring_at(as_of := $as_of, known_at := $known_at, window_months := $window_months)
    union all by name
    select *, false as current
    from discovered_at(as_of := cast(date_trunc('year', $as_of) - interval 1 day as date), known_at := $known_at)
),
known as (
    select * replace (renamed('unit', unit, $as_of, $known_at) as unit)
    from read
    where organisation = $organisation
    qualify current
        or count(*) filter (where current) over (partition by lower(incident_id), year(discovered)) = 0
),
told as (
    select
        * replace (current and this_year as this_year),
        min(discovered_on) over () as known_from,
        max(extract_date) over () as known_to
    from known
),
placed as (
    select
        t.* replace (coalesce(u.unit, t.unit) as unit),
        u.department,
        lower(t.unit) as unit_key
    from told as t
    left join units_at(as_of := $as_of, known_at := $known_at) as u
        on u.organisation = t.organisation and u.unit_key = lower(t.unit)
    where ($department is null or u.department = $department) and ($unit is null or coalesce(u.unit, t.unit) = $unit)
),
used as (
    select
        *,
        -- how often a text is used where it is shown tells whether it is a word of a list or somebody's own
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
    cause is null as causeless,
    case when cause_used >= $least then cause end as cause,
    lower(cause) as cause_key,
    discovered_on,
    closed_on,
    current,
    this_year,
    recurs,
    known_from,
    known_to
from used
