-- The turn of a writer, for which it waits no longer than $wait, and what time it is then. It ends with the transaction.
-- It is not the lock of the store: a change of the store is told here while it has its turn there.
select
    set_config('lock_timeout', $wait, true),
    pg_advisory_xact_lock(7025438310447363),
    clock_timestamp() at time zone 'utc' as now
