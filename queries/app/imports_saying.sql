-- The imports of an organisation and source that have a word in the column of a field.
select distinct i.import_id
from live_imports(known_at := $known_at) as i
inner join organisations_called(as_of := $as_of, known_at := $known_at) as o using (organisation_id)
inner join import_columns as c using (import_id)
inner join import_rows as r using (import_id, sheet_number)
where o.organisation = $organisation
    and i.source = $source
    and c.field = $field
    and r.row > c.heading_row
    and lower(clean(r.cells[c.place + 1], [])) = lower($said_of)
