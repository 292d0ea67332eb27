-- The incidents discovered by a day and known on it, by the names of another. One row per incident of the day's export.
-- least: how many incidents must share a kind for it to be named.
select
    renamed('organisation', organisation, $as_of, $known_at) as organisation,
    renamed('unit', unit, $as_of, $known_at) as unit,
    incident_id,
    category,
    discovered_on,
    $day as known_on,
    $least as least
from discovered_at(as_of := $day, known_at := $known_at)
