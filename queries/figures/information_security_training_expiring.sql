-- what: How many valid courses in information security expire soon.
-- grain: one row per organisation
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   information_security_training_codes (varchar[]): whole codes of the course in information security, in lower case
--   information_security_training_names (varchar[]): how its name begins, in lower case
--   information_security_training_validity_months (integer): how long a pass of it is valid, unless its row says
--   information_security_training_grace_days (integer): how long a person may be employed before it counts
--   expiring_days (integer): how many days ahead count as soon
-- columns:
--   organisation (varchar): whose figure it is
--   part (bigint): persons whose valid course ends within the days ahead
--   whole (bigint): persons with a valid course

with courses as (
    select organisation, due <= $as_of + $expiring_days as expiring
    from course_items(
        as_of := $as_of, known_at := $known_at, wanted := 'information_security_training',
        codes := $information_security_training_codes, names := $information_security_training_names,
        validity_months := $information_security_training_validity_months,
        grace_days := $information_security_training_grace_days
    )
    where outcome = 'met'
)
select o.organisation, count(*) filter (where courses.expiring) as part, count(courses.organisation) as whole
from organisations_on(as_of := $as_of, known_at := $known_at) as o
left join courses using (organisation)
group by o.organisation
order by o.organisation collate sv
