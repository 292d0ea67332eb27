-- A person who is new, or whose name has changed. An empty name is none, and does not replace one.
insert into persons (person, issuer, subject, name, seen_at, held)
values ($person, $issuer, $subject, $name, '', '[]')
on conflict (issuer, subject) do update set name = case when excluded.name = '' then persons.name else excluded.name end
returning person
