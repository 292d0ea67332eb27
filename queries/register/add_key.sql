-- A key after those that are there, unless it is one of them. Nobody else writes meanwhile.
insert into keys (number, id, secret)
select coalesce(max(number), 0) + 1, $id, $secret from keys where true
on conflict (id) do nothing
