-- The active processings that name one system, with their outcome in point 8. The point's items are attached as a
-- relation.
with naming as (
    select distinct import_id, sheet_number, row
    from processed_systems_at(as_of := $as_of, known_at := $known_at)
    where organisation = $organisation and system_key = lower($system)
)
select p.processing_id, p.name, renamed('unit', p.unit, $as_of, $known_at) as unit, p.reviewed, i.outcome, i.reason
from active_processing_at(as_of := $as_of, known_at := $known_at) as p
inner join naming using (import_id, sheet_number, row)
left join processing_record_items as i
    on i.import_id = p.import_id and i.sheet is not distinct from p.sheet and i.row = p.row and i.item = p.processing_id
order by p.name collate sv, lower(p.processing_id)
