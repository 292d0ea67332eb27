-- A person by pseudonym.
select person, issuer, subject, name, seen_at from persons where person = $person
