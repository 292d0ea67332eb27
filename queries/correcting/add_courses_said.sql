-- Record which courses of the exports are a point's, for each organisation of a name.
insert into courses_said (organisation_id, point, courses, nobody, edition, said_at, said_by)
select
    o.organisation_id, $point, $courses, $nobody,
    (select coalesce(max(edition), 0) from courses_said) + row_number() over (order by o.organisation_id), moment(), $who
from organisations_called(as_of := $as_of, known_at := $known_at) as o
where o.organisation = $organisation
