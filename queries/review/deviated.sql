-- The tertial reports of a year as known on a day: deviations, and reports without any.
select report, area, deviation, description, action, responsible, due
from deviations_at(as_of := $as_of, known_at := $known_at)
where organisation = $organisation and year = $year
order by report, import_id, sheet_number, row
