-- The last entry of the audit trail.
select number, at, seal from audit order by number desc limit 1
