-- A person has logged in, with the roles that the provider named.
update persons set seen_at = $at, held = $held where person = $person
