-- The turn of a writer, for which it waits no longer than $1, by the lock $2, and what time it is then. It ends with the
-- transaction.
select
    set_config('lock_timeout', $1, true),
    pg_advisory_xact_lock($2),
    clock_timestamp() at time zone 'utc'
