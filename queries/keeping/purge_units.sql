-- The department of each unit in an import: the one that most of its rows name.
select import_id, mode(unit) as unit, mode(department) as department
from {source}
where import_id = $import_id and unit is not null and department is not null
group by import_id, lower(unit)
order by lower(unit)
