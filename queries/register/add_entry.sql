-- An entry of the audit trail.
insert into audit (number, at, person, action, what, details, seal)
values ($number, $at, $person, $action, $what, $details, $seal)
