-- The persons of the staff lists of a package, ordered by id; their numbers are shuffled afterwards.
select distinct lower(employee_id) as person
from staff
where list_contains($imports, import_id)
order by person
