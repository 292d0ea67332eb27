-- Record that something has a new name from a day on.
insert into aliases (alias_id, kind, old_name, new_name, valid_from, made_at, made_by, follows)
values ($alias_id, $kind, $old_name, $new_name, $valid_from, moment(), $who, $follows)
