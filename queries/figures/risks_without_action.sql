-- what: How many risks above tolerance have no action with a due date.
-- grain: one row per organisation
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   tolerance (integer): the highest risk value that is tolerated
-- columns:
--   organisation (varchar): whose figure it is
--   part (bigint): of those, risks without an action or without a due date
--   whole (bigint): risks above tolerance in the latest analysis of each system

with risks as (
    select organisation, action is null or due is null as unplanned
    from risks_at(as_of := $as_of, known_at := $known_at)
    where latest and risk_value > $tolerance and action_told and (action is null or due_told)
)
select o.organisation, count(*) filter (where risks.unplanned) as part, count(risks.organisation) as whole
from organisations_on(as_of := $as_of, known_at := $known_at) as o
left join risks using (organisation)
group by o.organisation
order by o.organisation collate sv
