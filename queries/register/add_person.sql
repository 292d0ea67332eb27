-- A person who is new, or whose name has changed.
insert into persons (person, issuer, subject, name, seen_at)
values ($person, $issuer, $subject, $name, $at)
on conflict (issuer, subject) do update set name = excluded.name, seen_at = excluded.seen_at
returning person
