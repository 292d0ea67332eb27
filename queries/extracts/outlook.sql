-- what: Where the coverage of every review point is heading; what does not apply is empty.
-- grain: one row per organisation and review point
-- parameters:
-- columns:
--   as_of (date): the day that is described
--   organisation (varchar): whose it is
--   point_id (varchar): the id of the review point
--   point (bigint): the number of the review point
--   if_nothing_is_done (double): the coverage on 31 December if nothing is done
--   pace (double): the change of the coverage a month between two days on which an export arrived, about a year apart
--   reached (varchar): the month in which the target is reached at that pace, YYYY-MM, or reached, not_within_five_years, no_change, falling or no_clear_direction
--   enough_items (bigint): how many more items reach the target
--   enough_units (bigint): in how many units they are, those with most left first
--   at_most (double): the highest coverage that the year's cases can still reach
--   pace_from (date): the first of the two extract days that the pace is measured between
--   pace_to (date): the second of them

select
    as_of, organisation, point_id, point, if_nothing_is_done, pace, reached, enough_items, enough_units, at_most,
    pace_from, pace_to
from looked_ahead
order by organisation collate sv, point
