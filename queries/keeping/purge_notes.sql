-- What was written of items before a day.
select rowid as row_id from item_notes where local_day(written_at) < $before
