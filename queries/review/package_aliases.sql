-- The aliases, known at a moment, of the names in a package.
select alias_id, kind, old_name, new_name, valid_from, follows, made_at
from live_aliases(known_at := $known_at)
where lower(old_name) in (select lower(unnest($names)))
order by alias_id
