-- what: Every continuity plan, and when it was last exercised.
-- grain: one row a plan
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
-- columns:
--   organisation (varchar): whose it is
--   plan_id (varchar): its id
--   exercised (date): when it was last exercised

select organisation, plan_id, exercised
from exercises_at(as_of := $as_of, known_at := $known_at)
order by organisation collate sv, plan_id
