-- The aliases in effect, the latest day first.
select alias_id, kind, old_name, new_name, valid_from, made_at, made_by, coalesce(follows, false) as follows
from live_aliases(known_at := $known_at)
order by valid_from desc, kind, lower(old_name) collate sv, alias_id
