-- The incidents that name one system, the newest first. What is dated after the day has not happened yet.
select
    incident_id,
    title,
    category,
    discovered_on as discovered,
    renamed('unit', unit, $as_of, $known_at) as unit,
    closed_on as closed,
    closed_told
from discovered_at(as_of := $as_of, known_at := $known_at)
where organisation = $organisation
    and lower(renamed('system', system, $as_of, $known_at)) = lower($system)
order by discovered desc, lower(incident_id)
