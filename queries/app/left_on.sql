-- The items of a point that are not met on some days. The point's own statement stands within it.
select as_of, item, label, unit, reason
from ({items})
where organisation = $organisation and outcome in ('unmet', 'unknown')
    and reason is distinct from 'column_missing'
