-- The entries of the audit trail after a number, in order.
select number, at, person, action, what, details, seal from audit where number > $after order by number
