-- From which entry on the audit trail is dated after a moment; null where none is.
select min(number) as number from audit where at > $moment
