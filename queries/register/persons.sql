-- Everybody who has logged in or been given a role, by name.
select person, issuer, subject, name, seen_at, held from persons order by name, person
