-- A session that begins.
insert into sessions (key, person, issuer, held, token, begun_at, seen_at, ends_at)
values ($key, $person, $issuer, $held, $token, $at, $at, $ends_at)
