-- what: How many systems in use have a named object leader.
-- grain: one row per organisation
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
-- columns:
--   organisation (varchar): whose figure it is
--   part (bigint): systems with an object leader
--   whole (bigint): systems in use for which an export has the column

with systems as (
    select organisation, object_leader is not null as led
    from systems_in_use_at(as_of := $as_of, known_at := $known_at)
    where told(object_leader, 'object_leader', columns)
)
select o.organisation, count(*) filter (where systems.led) as part, count(systems.organisation) as whole
from organisations_on(as_of := $as_of, known_at := $known_at) as o
left join systems using (organisation)
group by o.organisation
order by o.organisation collate sv
