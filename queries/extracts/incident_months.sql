-- what: How many incidents were discovered each month of all years, by unit and kind.
-- grain: one row per organisation, unit, month and kind of which there are any
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
-- columns:
--   as_of (date): the day that is described
--   organisation (varchar): whose it is
--   department (varchar): the department of the unit, or empty
--   unit (varchar): the unit that they belong to, or empty
--   point_id (varchar): the id of the review point that it is about
--   month_end (date): the last day of the month
--   category (varchar): what kind they are; empty where no export says, or too few have it to be named
--   incidents (bigint): incidents discovered in the month, by the last export that has them: that of the day, else of a year's end

with incidents as (
    select *, lower(category) as kind_key
    from recorded_incidents
    -- a newer export may hold one year only
    qualify row_number() over (
        partition by organisation, lower(incident_id), year(discovered_on) order by known_on desc
    ) = 1
),
kinds as (
    select organisation, kind_key, mode(category order by category) as category
    from incidents
    where category is not null
    group by organisation, kind_key
    having count(*) >= any_value(least)
),
placed as (
    select
        i.organisation,
        u.department,
        coalesce(u.unit, i.unit) as unit,
        last_day(i.discovered_on) as month_end,
        k.category,
        count(*) as incidents
    from incidents as i
    left join kinds as k using (organisation, kind_key)
    left join units_at(as_of := $as_of, known_at := $known_at) as u
        on u.organisation = i.organisation and u.unit_key = lower(i.unit)
    group by all
)
select $as_of as as_of, organisation, department, unit, 'incident_handling' as point_id, month_end, category, incidents
from placed
order by organisation collate sv, department collate sv, unit collate sv, month_end, category collate sv
