-- The columns of the exports of a source in effect on a day, each with the place of the field that is its key.
select c.import_id, c.sheet_number, c.place, c.heading, c.heading_row, k.place as key_place
from imports_at(as_of := $day, known_at := $known_at) as i
inner join import_columns as c using (import_id)
inner join import_columns as k using (import_id, sheet_number)
where i.source = $source and i.organisation_id = $organisation_id and k.field = $field and c.place <> k.place
order by c.import_id, c.sheet_number, c.place
