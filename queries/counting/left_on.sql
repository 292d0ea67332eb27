-- The items of a point that are left for somebody to do on some days: not met, and that not for want of a column. The
-- point's own statement stands within it.
select as_of, item, label, unit
from ({items})
where organisation = $organisation and outcome in ('unmet', 'unknown')
    and reason is distinct from 'column_missing'
