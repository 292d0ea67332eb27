-- When units answered before a day.
select rowid as row_id from unit_answers where local_day(taken_at) < $before
