-- what: How many systems that handle personal data are named by no active processing.
-- grain: one row per organisation
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
-- columns:
--   organisation (varchar): whose figure it is
--   part (bigint): of those, systems that no active processing names
--   whole (bigint): systems in use that handle personal data

with named as (
    select distinct organisation, system_key
    from processed_systems_at(as_of := $as_of, known_at := $known_at)
),
systems as (
    select s.organisation, n.system_key is null as unnamed
    from systems_in_use_at(as_of := $as_of, known_at := $known_at) as s
    left join named as n using (organisation, system_key)
    where s.personal_data
)
select
    o.organisation,
    -- where a processing may name any system, none is known to be unnamed
    case
        when o.organisation not in (select organisation from named where system_key is null)
            then count(*) filter (where systems.unnamed)
    end as part,
    count(systems.organisation) as whole
from organisations_on(as_of := $as_of, known_at := $known_at) as o
left join systems using (organisation)
group by o.organisation
order by o.organisation collate sv
