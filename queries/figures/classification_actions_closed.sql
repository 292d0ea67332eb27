-- what: How many actions of the classifications' plans are done.
-- grain: one row per organisation
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
-- columns:
--   organisation (varchar): whose figure it is
--   part (bigint): actions done on the day or before it
--   whole (bigint): all actions whose export has the column for the day

select
    o.organisation,
    count(*) filter (where a.state = 'done') as part,
    count(*) filter (where a.state in ('late', 'open', 'done')) as whole
from organisations_on(as_of := $as_of, known_at := $known_at) as o
left join planned_actions_at(as_of := $as_of, known_at := $known_at) as a using (organisation)
group by o.organisation
order by o.organisation collate sv
