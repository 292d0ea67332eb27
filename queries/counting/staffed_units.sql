-- The units of every organisation where somebody is employed on the day. One row per unit, with the number of persons.
select s.organisation, u.department, coalesce(u.unit, s.unit) as unit, s.persons
from staffed_units_at(as_of := $as_of, known_at := $known_at) as s
left join units_at(as_of := $as_of, known_at := $known_at) as u using (organisation, unit_key)
