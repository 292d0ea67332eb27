-- What was said of courses, known at a moment, by the organisations that share a name on a day.
select s.organisation_id, s.point, s.courses, s.nobody, s.edition, s.said_at
from courses_said as s
inner join organisations_called(as_of := $as_of, known_at := $known_at) as o using (organisation_id)
where s.said_at <= $known_at and lower(o.organisation) = lower($organisation)
order by s.edition
