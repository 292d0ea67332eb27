-- what: Which review points have a local routine, adopted by the day and not past its next review.
-- grain: one row per organisation, review point and routine; a point without a routine has one too
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
-- columns:
--   organisation (varchar): whose it is
--   point (bigint): the number of the review point
--   id (varchar): its id
--   routine (varchar): the routine or document; empty where there is none
--   adopted (date): the day it was adopted
--   in_force (boolean): whether it was adopted by the day described; empty where its export has no column for that
--   next_review (date): when it is to be reviewed next
--   review_overdue (boolean): whether that day has passed
--   owner (varchar): who is responsible for it
--   file (varchar): the export that it came from
--   sheet (varchar): the sheet of it
--   row (integer): the row of that
--   as_of (date): the day that is described
--   point_id (varchar): the id of the review point
--   import_id (integer): the number of the import that it came from

with routines as (
    select * from routines_at(as_of := $as_of, known_at := $known_at)
),
-- a routine whose export has no column for it may be of any point, and be adopted
any_point as (
    select organisation
    from routines
    where not told(review_point, 'review_point', columns) or not told(adopted, 'adopted', columns)
)
select
    o.organisation,
    p.point,
    p.id,
    r.routine,
    r.adopted,
    case
        when r.adopted is not null or o.organisation not in (from any_point) then coalesce(r.adopted <= $as_of, false)
    end as in_force,
    r.next_review,
    r.next_review < $as_of as review_overdue,
    r.owner,
    r.file,
    r.sheet,
    r.row,
    $as_of as as_of,
    p.id as point_id,
    r.import_id
from organisations_on(as_of := $as_of, known_at := $known_at) as o
cross join review_points as p
left join routines as r on r.organisation = o.organisation and r.review_point = p.point
order by o.organisation collate sv, p.point, r.adopted, r.routine collate sv
