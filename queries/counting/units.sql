-- Which department each unit belongs to on a day.
select organisation, unit_key, unit, department_key, department
from units_at(as_of := $as_of, known_at := $known_at)
