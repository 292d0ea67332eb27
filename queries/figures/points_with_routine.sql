-- what: How many of the review points have an adopted local routine.
-- grain: one row per organisation
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   point_numbers (integer[]): the numbers of the review points
-- columns:
--   organisation (varchar): whose figure it is
--   part (bigint): points with a routine adopted on the day or before it
--   whole (bigint): review points

with adopted as (
    select distinct organisation, review_point
    from routines_at(as_of := $as_of, known_at := $known_at)
    where adopted <= $as_of and list_contains($point_numbers, review_point)
)
select o.organisation, count(a.review_point) as part, cast(len($point_numbers) as bigint) as whole
from organisations_on(as_of := $as_of, known_at := $known_at) as o
left join adopted as a using (organisation)
group by o.organisation
order by o.organisation collate sv
