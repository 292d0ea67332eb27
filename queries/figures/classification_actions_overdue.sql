-- what: How many actions of the classifications' plans are overdue.
-- grain: one row per organisation
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
-- columns:
--   organisation (varchar): whose figure it is
--   part (bigint): actions due before the day and not done by it, whatever their status says
--   whole (bigint): all actions whose export has the columns for the two days

select
    o.organisation,
    count(*) filter (where a.state = 'late') as part,
    count(*) filter (where a.state in ('late', 'open', 'done')) as whole
from organisations_on(as_of := $as_of, known_at := $known_at) as o
left join (
    select *
    from planned_actions_at(as_of := $as_of, known_at := $known_at)
    where due_told
) as a using (organisation)
group by o.organisation
order by o.organisation collate sv
