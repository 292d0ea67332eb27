-- what: Every continuity plan, and when it was last exercised.
-- grain: one row a plan
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
-- columns:
--   as_of (date): the day that is described
--   organisation (varchar): whose it is
--   point_id (varchar): the id of the review point that it is about
--   plan_id (varchar): its id
--   exercised (date): when it was last exercised

select $as_of as as_of, organisation, 'exercising' as point_id, plan_id, exercised
from exercises_at(as_of := $as_of, known_at := $known_at)
order by organisation collate sv, plan_id
