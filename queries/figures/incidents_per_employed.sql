-- what: How many incidents there were this year for the persons employed.
-- grain: one row per organisation
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
-- columns:
--   organisation (varchar): whose figure it is
--   part (bigint): incidents discovered this year
--   whole (bigint): persons employed on the day

with incidents as (
    select organisation, count(*) as discovered
    from discovered_at(as_of := $as_of, known_at := $known_at)
    where this_year
    group by organisation
),
persons as (
    select organisation, count(*) as employed
    from persons_at(as_of := $as_of, known_at := $known_at)
    group by organisation
)
select o.organisation, coalesce(i.discovered, 0) as part, coalesce(p.employed, 0) as whole
from organisations_on(as_of := $as_of, known_at := $known_at) as o
left join incidents as i using (organisation)
left join persons as p using (organisation)
order by o.organisation collate sv
