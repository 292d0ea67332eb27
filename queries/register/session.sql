-- A session that is not over, with the person's name, and the last change of roles. $idle: the earliest moment at which
-- it must have been used.
select
    sessions.key, sessions.person, sessions.issuer, sessions.held, sessions.token,
    sessions.begun_at, sessions.seen_at, sessions.ends_at, coalesce(persons.name, '') as name,
    (select coalesce(max(number), 0) from roles) as roles
from sessions
left join persons on persons.person = sessions.person
where sessions.key = $key and sessions.ends_at > $at and sessions.seen_at > $idle
