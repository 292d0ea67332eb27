-- The incidents of a scope known on a day, and those of the year before as they were known at its end: an export may hold one year only. One row an incident; `current` are those that the day's own export has.
with read as (
    select *, true as current
    from incidents_at(as_of := $as_of, known_at := $known_at)
    union all
    select *, false
    from incidents_at(as_of := cast(date_trunc('year', $as_of) - interval 1 day as date), known_at := $known_at)
),
known as (
    select
        * replace (renamed('unit', unit, $as_of, $known_at) as unit),
        cast(discovered as date) as discovered_on,
        case when closed <= $as_of then closed end as closed_on
    from read
    where organisation = $organisation and cast(discovered as date) <= $as_of
    qualify current
        or count(*) filter (where current) over (partition by lower(incident_id), year(discovered)) = 0
),
told as (
    select
        *,
        -- how often a text is used tells whether it is a word of a list or somebody's own
        count(*) over (partition by lower(cause)) as cause_used,
        count(*) over (partition by lower(category)) as category_used,
        min(discovered_on) over () as known_from,
        max(extract_date) over () as known_to
    from known
)
select
    t.incident_id as id,
    u.department,
    coalesce(u.unit, t.unit) as unit,
    lower(t.unit) as unit_key,
    case when t.category_used >= $least then t.category end as category,
    t.cause is null as causeless,
    case when t.cause_used >= $least then t.cause end as cause,
    lower(t.cause) as cause_key,
    t.discovered_on,
    t.closed_on,
    t.current,
    t.current and t.discovered_on >= date_trunc('year', $as_of) as this_year,
    t.known_from,
    t.known_to
from told as t
left join units_at(as_of := $as_of, known_at := $known_at) as u
    on u.organisation = t.organisation and u.unit_key = lower(t.unit)
where ($department is null or u.department = $department) and ($unit is null or coalesce(u.unit, t.unit) = $unit)
