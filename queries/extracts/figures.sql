-- what: The figures that are shown beside the review points and are part of no coverage.
-- grain: one row per organisation and figure
-- parameters:
-- columns:
--   as_of (date): the day that is described
--   organisation (varchar): whose figure it is
--   figure (varchar): its id
--   form (varchar): share (part of whole), count (part alone) or rate (part for each 100 of whole)
--   part (bigint): what is counted; empty without basis
--   whole (bigint): of how many; empty for a count or without basis
--   share (double): part of whole, for a share
--   per_hundred (double): part for each 100 of whole, for a rate
--   basis (boolean): whether every export that it needs is there, and has its course
--   point_id (varchar): the id of the review point that it is shown beside; empty where there are several

select as_of, organisation, figure, form, part, whole, share, per_hundred, basis, point_id
from shown_figures
order by organisation collate sv, place
