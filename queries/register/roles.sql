-- Every row of the roles that were given or taken away, in order.
select number, at, person, role, organisation, department, unit, given, given_by from roles order by number
