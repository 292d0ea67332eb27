-- The courses in a package that only persons outside of its staff lists have rows of, without the persons: that the export
-- has them is a basis of the figures.
select import_id, course, course_code
from training
where list_contains($imports, import_id)
group by import_id, course, course_code
having not bool_or(lower(employee_id) in (select person from package_persons))
order by import_id, course, course_code
