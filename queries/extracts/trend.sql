-- what: The coverage of every review point at the end of each of the last 24 months, the last of them on the day.
-- grain: one row per organisation, review point and month
-- parameters:
--   as_of (date): the day that is described
-- columns:
--   as_of (date): the day that is described
--   organisation (varchar): whose it is
--   point_id (varchar): the id of the review point
--   point (bigint): the number of the review point
--   id (varchar): its title
--   month_end (date): the last day of the month, or the day described: the figure is of that day
--   met (bigint): items that fulfil the requirement
--   of (bigint): items that are met, unmet or unknown
--   coverage (double): met of met, unmet and unknown; empty without basis or anything to assess
--   target (double): from which coverage the target is reached
--   warning_limit (double): below which coverage it is below the limit
--   status (varchar): how the coverage stands to target and limit
--   basis (boolean): whether every export that the point needs is there, and has its course
--   purged_on (date): the day on which the rows were purged; empty where they were not

select
    $as_of as as_of,
    organisation,
    id as point_id,
    point,
    id,
    as_of as month_end,
    met,
    "of",
    coverage,
    target,
    warning_limit,
    status,
    basis,
    purged_on
from counted_by_month
order by organisation collate sv, point, month_end
