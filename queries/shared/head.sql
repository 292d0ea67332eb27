-- The last change, and what time it is.
select c.number, c.id, clock_timestamp() at time zone 'utc'
from (select 1) as one
left join (select number, id from changes order by number desc limit 1) as c on true
