-- what: How many units have reported no incident this year.
-- grain: one row an organisation
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
-- columns:
--   organisation (varchar): whose figure it is
--   part (bigint): of those, units without an incident discovered this year
--   whole (bigint): units where somebody is employed on the day

with reporting as (
    select distinct organisation, lower(renamed('unit', unit, $as_of, $known_at)) as unit_key
    from incidents_at(as_of := $as_of, known_at := $known_at)
    where cast(discovered as date) between date_trunc('year', $as_of) and $as_of
),
staffed as (
    select distinct organisation, lower(renamed('unit', unit, $as_of, $known_at)) as unit_key
    from staff_at(as_of := $as_of, known_at := $known_at)
    where employed_from <= $as_of and (employed_to is null or employed_to >= $as_of)
),
units as (
    select organisation, r.unit_key is null as silent
    from staffed as s
    left join reporting as r using (organisation, unit_key)
)
select o.organisation, count(*) filter (where units.silent) as part, count(units.organisation) as whole
from organisations_on(as_of := $as_of, known_at := $known_at) as o
left join units using (organisation)
group by o.organisation
order by o.organisation collate sv
