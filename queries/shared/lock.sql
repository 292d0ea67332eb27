-- The turn of a writer. It ends with the transaction.
select pg_advisory_xact_lock(7025438310447362)
