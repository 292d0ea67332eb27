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

with latest as (
    select *
    from risk_analyses_at(as_of := $as_of, known_at := $known_at)
    where analysed <= $as_of
    qualify rank() over (partition by organisation, lower(system) order by analysed desc) = 1
),
risks as (
    select organisation, action is null or due is null as unplanned
    from latest
    where risk_value > $tolerance
        and not (action is null and lacks(columns_read, sheet_number, 'action'))
        and not (action is not null and due is null and lacks(columns_read, sheet_number, 'due'))
)
select o.organisation, count(*) filter (where risks.unplanned) as part, count(risks.organisation) as whole
from organisations_on(as_of := $as_of, known_at := $known_at) as o
left join risks using (organisation)
group by o.organisation
order by o.organisation collate sv
