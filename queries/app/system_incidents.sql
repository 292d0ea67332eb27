-- The incidents that name one system, the newest first; what is dated after the day has not happened yet.
select
    incident_id,
    title,
    category,
    cast(discovered as date) as discovered,
    renamed('unit', unit, $as_of, $known_at) as unit,
    case when closed <= $as_of then closed end as closed
from incidents_at(as_of := $as_of, known_at := $known_at)
where organisation = $organisation
    and lower(renamed('system', system, $as_of, $known_at)) = lower($system)
    and cast(discovered as date) <= $as_of
order by discovered desc, lower(incident_id)
