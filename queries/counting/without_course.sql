-- The organisations whose training exports have no row of a point's course, whatever its status, and of which it was not said
-- that nobody has begun it.
select c.organisation
from courses_at(as_of := $as_of, known_at := $known_at) as c
left join courses_said_at(as_of := $as_of, known_at := $known_at) as s
    on s.organisation = c.organisation and s.point = $wanted
group by c.organisation
having not coalesce(bool_or(is_of_course(c.course, c.course_code, $codes, $names, s.courses)), false)
    and not coalesce(bool_or(s.nobody), false)
