-- The names of a list that are others on a day. what: organisation, department, unit or system.
select name, called
from (
    select name, renamed($what, name, $as_of, $known_at) as called
    from (select unnest($names) as name)
)
where called <> name
