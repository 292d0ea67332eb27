-- A role that is given to a person ($given: 1), or taken away (0). Nobody else writes meanwhile.
insert into roles (number, at, person, role, organisation, department, unit, given, given_by)
select coalesce(max(number), 0) + 1, $at, $person, $role, $organisation, $department, $unit, $given, $given_by
from roles
