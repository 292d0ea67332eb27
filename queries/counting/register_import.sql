-- The import whose register row describes a system, by the system and the place of that row.
select import_id
from systems_at(as_of := $as_of, known_at := $known_at)
where organisation = $organisation and lower(system) = lower($system)
    and file = $file and sheet is not distinct from $sheet and row = $row
-- if any row of the system is in use, only such rows describe it
order by lifecycle_code is not null, import_id
limit 1
