-- The roles that persons hold now: the last row of each person and role, if it gives the role. $person: null for all.
select person, role, organisation, department, unit, at, given_by
from roles
where number in (select max(number) from roles group by person, role)
    and given = 1
    and (cast($person as text) is null or person = $person)
order by person, number
