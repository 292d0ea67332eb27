-- what: What is planned for the year of the day with its state, and what is overdue of earlier years.
-- grain: one row per organisation and activity, control, report or review
-- parameters:
--   as_of (date): the day that is described
-- columns:
--   as_of (date): the day that is described
--   organisation (varchar): whose it is
--   point_id (varchar): the id of the review point that it is about, or empty
--   point (bigint): the number of the review point
--   activity_id (varchar): its id
--   kind (varchar): what it is
--   activity (varchar): what is to be done
--   start (date): when it begins, or empty
--   due (date): by when, or empty
--   state (varchar): how far it has come
--   days_overdue (bigint): how many days ago it was due; empty where it is not overdue
--   mandatory (boolean): whether it must be done
--   earlier (boolean): whether it is of the plan of an earlier year

select
    $as_of as as_of,
    organisation,
    point_id,
    point,
    activity_id,
    kind,
    activity,
    start,
    due,
    state,
    days_overdue,
    mandatory,
    earlier
from planned_moments
order by organisation collate sv, due nulls last, start nulls last, activity_id collate sv
