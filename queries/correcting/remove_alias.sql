-- Record that an alias no longer holds.
insert into alias_removals (alias_id, removed_at, removed_by) values ($alias_id, moment(), $who)
