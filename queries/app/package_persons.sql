-- The persons of the staff lists of a package, in the order of their ids: the numbers they get are shuffled.
select distinct lower(employee_id) as person
from staff
where list_contains($imports, import_id)
order by person
