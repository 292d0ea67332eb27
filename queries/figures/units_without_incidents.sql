-- what: How many units have reported no incident this year.
-- grain: one row per organisation
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
-- columns:
--   organisation (varchar): whose figure it is
--   part (bigint): of those, units without an incident discovered this year
--   whole (bigint): units where somebody is employed on the day

select o.organisation, count(*) filter (where u.silent) as part, count(u.organisation) as whole
from organisations_on(as_of := $as_of, known_at := $known_at) as o
left join staffed_units_at(as_of := $as_of, known_at := $known_at) as u using (organisation)
group by o.organisation
order by o.organisation collate sv
