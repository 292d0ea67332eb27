-- Record that a user has read what was cleaned so far.
insert into cleanings_read (read_at, read_by) values (moment(), $who)
