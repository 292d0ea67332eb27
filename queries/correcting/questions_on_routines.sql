-- The review points without an adopted routine. One row per point and routine that it has. The points precede it as
-- `review_points`.
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
