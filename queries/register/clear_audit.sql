-- The audit trail is written anew, without what an earlier version kept.
delete from audit
