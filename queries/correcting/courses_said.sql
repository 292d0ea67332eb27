-- What was last said of the courses of an organisation: of merged ones the last that any of them said.
select s.point, s.courses, s.nobody, s.said_at, s.said_by
from courses_said as s
inner join organisations_called(as_of := $as_of, known_at := $known_at) as o using (organisation_id)
where o.organisation = $organisation and s.said_at <= $known_at
qualify row_number() over (partition by s.point order by s.edition desc) = 1
