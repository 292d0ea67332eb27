-- The units that the exports of an organisation name on a day, with or without a department.
select distinct name
from names_at(as_of := $as_of, known_at := $known_at)
where kind = 'unit' and organisation = $organisation
order by name collate sv, name
