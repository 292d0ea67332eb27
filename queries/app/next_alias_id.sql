-- The number of the next alias. One process writes at a time, so it is free.
select coalesce(max(alias_id), 0) + 1 from aliases
