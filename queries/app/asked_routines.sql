-- The review points without an adopted routine, each with the routines that it has. One row a point and routine.
-- The points stand before it as `review_points`.
with routines as (
    select *
    from routines_at(as_of := $as_of, known_at := $known_at)
    where organisation = $organisation
)
select p.review_point, r.routine, r.adopted, r.next_review, r.owner
from review_points as p
left join routines as r on r.review_point = p.review_point
where p.review_point not in (select review_point from routines where adopted <= $as_of and review_point is not null)
order by p.review_point, r.routine collate sv
