-- what: The units of the staff list with how many are employed there, and this year's incidents.
-- grain: one row per organisation and unit; units of few persons are one
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
-- columns:
--   as_of (date): the day that is described
--   level (varchar): unit, or other_units: those of few persons added up
--   organisation (varchar): whose it is
--   point_id (varchar): the id of the review point that it is about; empty, since it is about none or several
--   department (varchar): the department of the unit, or empty
--   unit (varchar): the unit; empty where the row is of several
--   units (bigint): how many units the row is of
--   employed (bigint): persons employed there; who is so in several units counts in each
--   incidents (bigint): incidents discovered there this year; empty where no export says
--   without_incidents (bigint): units where none was; likewise

with reporting as (
    select distinct organisation
    from imports_at(as_of := $as_of, known_at := $known_at)
    where source = 'incidents'
),
discovered as (
    select organisation, lower(renamed('unit', unit, $as_of, $known_at)) as unit_key, count(*) as incidents
    from discovered_at(as_of := $as_of, known_at := $known_at)
    where this_year
    group by all
),
placed as (
    select
        s.organisation,
        u.department,
        coalesce(u.unit, s.unit) as unit,
        s.persons,
        if(r.organisation is not null, coalesce(d.incidents, 0), null) as incidents,
        if(r.organisation is not null, s.silent, null) as silent,
        h.organisation is not null as hidden,
        h.enough
    from staffed_units_at(as_of := $as_of, known_at := $known_at) as s
    left join units_at(as_of := $as_of, known_at := $known_at) as u using (organisation, unit_key)
    left join discovered as d using (organisation, unit_key)
    left join reporting as r using (organisation)
    left join hidden_units as h
        on h.organisation = s.organisation and h.unit_key is not distinct from lower(coalesce(u.unit, s.unit))
)
select
    $as_of as as_of,
    if(hidden, 'other_units', 'unit') as level,
    organisation,
    null::varchar as point_id,
    if(hidden, null, department) as department,
    if(hidden, null, unit) as unit,
    count(*) as units,
    cast(sum(persons) filter (where not hidden or enough) as bigint) as employed,
    cast(sum(incidents) as bigint) as incidents,
    if(bool_or(silent is null), null, count(*) filter (where silent)) as without_incidents
from placed
group by hidden, organisation, if(hidden, null, department), if(hidden, null, unit)
order by
    organisation collate sv,
    list_position(['unit', 'other_units'], level),
    department collate sv,
    unit collate sv
