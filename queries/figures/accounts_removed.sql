-- what: How many accounts were removed at this year's access reviews.
-- grain: one row per organisation
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
-- columns:
--   organisation (varchar): whose figure it is
--   part (bigint): accounts removed at reviews made this year
--   whole (bigint): null: it is a plain count

with reviews as (
    select organisation, accounts_removed
    from access_reviews_at(as_of := $as_of, known_at := $known_at)
    where reviewed between date_trunc('year', $as_of) and $as_of
)
select
    o.organisation,
    cast(coalesce(sum(r.accounts_removed), 0) as bigint) as part,
    cast(null as bigint) as whole
from organisations_on(as_of := $as_of, known_at := $known_at) as o
left join reviews as r using (organisation)
group by o.organisation
order by o.organisation collate sv
