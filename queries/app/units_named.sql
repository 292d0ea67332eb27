-- The units that some export of an organisation names on a day, in a department or in none.
select distinct name
from names_at(as_of := $as_of, known_at := $known_at)
where kind = 'unit' and organisation = $organisation
order by name collate sv, name
