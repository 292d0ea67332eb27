-- The import whose row of the register speaks for a system, by the system and the place that the register told.
select import_id
from systems_at(as_of := $as_of, known_at := $known_at)
where organisation = $organisation and lower(system) = lower($system)
    and file = $file and sheet is not distinct from $sheet and row = $row
-- where a row of the system is in use, only those that are speak for it
order by lifecycle_code is not null, import_id
limit 1
