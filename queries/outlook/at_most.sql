-- what: The highest coverage that the year can still reach, since what is late stays late.
-- grain: one row a figure of a year's items
-- parameters:
-- columns:
--   place (bigint): the figure's place in what is asked
--   at_most (double): the coverage if all that can still be met is met, 0 to 1

select place, (whole + pending - lost) / (whole + pending) as at_most
from outlook_figures
where of_the_year and whole + pending > 0
order by place
