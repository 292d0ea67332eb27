-- Whether this account may have the log written out and begun anew, and whether its old files are used again.
select
    pg_has_role(current_user, 'pg_checkpoint', 'usage') and has_function_privilege('pg_switch_wal()', 'execute'),
    current_setting('wal_recycle')::boolean
