-- what: The coverage on 31 December if nothing is done: with the exports of the day, and the rules in force then.
-- grain: one row a figure that lasts beyond its year
-- parameters:
-- columns:
--   place (bigint): the figure's place in what is asked
--   if_nothing_is_done (double): the coverage then, 0 to 1
--   lapsing (bigint): items that are met on the day and will not be then

select place, met_then / whole_then as if_nothing_is_done, lapsing
from outlook_figures
where not of_the_year and whole_then > 0
order by place
