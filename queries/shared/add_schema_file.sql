-- A schema file whose tables and columns have been made.
insert into schema_files values ($1, clock_timestamp() at time zone 'utc')
