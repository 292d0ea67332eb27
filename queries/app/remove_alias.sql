-- An alias no longer counts from now on.
insert into alias_removals (alias_id, removed_at, removed_by) values ($alias_id, moment(), $who)
