-- A role that is given to a person, or taken away.
insert into roles (at, person, role, organisation, department, unit, given, given_by)
values ($at, $person, $role, $organisation, $department, $unit, $given, $given_by)
