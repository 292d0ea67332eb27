-- what: How many processor agreements in force expire soon.
-- grain: one row per organisation
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   expiring_days (integer): how many days ahead count as soon
-- columns:
--   organisation (varchar): whose figure it is
--   part (bigint): of those, agreements that end within the days ahead and do not renew themselves
--   whole (bigint): agreements that are signed and have not expired

with agreements as (
    select organisation, valid_to <= $as_of + $expiring_days and renews is not true as expiring
    from processors_at(as_of := $as_of, known_at := $known_at)
    where status_code = 'yes' and signed <= $as_of and (valid_to is null or valid_to >= $as_of or renews)
)
select o.organisation, count(*) filter (where agreements.expiring) as part, count(agreements.organisation) as whole
from organisations_on(as_of := $as_of, known_at := $known_at) as o
left join agreements using (organisation)
group by o.organisation
order by o.organisation collate sv
