-- what: How many valid passes of a course expire soon.
-- grain: one row per organisation
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   wanted (varchar): the id of the point that the course is of
--   codes (varchar[]): whole codes of the course, in lower case
--   names (varchar[]): how its name begins, in lower case
--   validity_months (integer): how long a pass of it is valid, unless its row says
--   grace_days (integer): how long a person may be employed before it counts
--   expiring_days (integer): how many days ahead count as soon
-- columns:
--   organisation (varchar): whose figure it is
--   part (bigint): persons whose valid course ends within the days ahead
--   whole (bigint): persons with a valid course

with courses as (
    select organisation, due <= $as_of + $expiring_days as expiring
    from course_items(
        as_of := $as_of, known_at := $known_at, wanted := $wanted, codes := $codes, names := $names,
        validity_months := $validity_months, grace_days := $grace_days
    )
    where outcome = 'met'
)
select o.organisation, count(*) filter (where courses.expiring) as part, count(courses.organisation) as whole
from organisations_on(as_of := $as_of, known_at := $known_at) as o
left join courses using (organisation)
group by o.organisation
order by o.organisation collate sv
