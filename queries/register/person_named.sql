-- A person by pseudonym.
select person, issuer, subject, name, seen_at, held from persons where person = $person
