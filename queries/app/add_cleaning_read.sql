-- Somebody has read what was cleaned up to now.
insert into cleanings_read (read_at, read_by) values (moment(), $who)
