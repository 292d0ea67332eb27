-- Whether the tables have been made.
select to_regclass('changes') is not null
