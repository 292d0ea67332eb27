-- The imports of some organisations and a source that have a word in the column of a field.
select distinct i.import_id
from live_imports(known_at := $known_at) as i
inner join import_columns as c using (import_id)
inner join import_rows as r using (import_id, sheet_number)
where list_contains($organisations, i.organisation_id)
    and i.source = $source
    and c.field = $field
    and r.row > c.heading_row
    and lower(clean(r.cells[c.place + 1], [])) = lower(clean($said_of, []))
