-- Record the columns of an import, each with the field that it was read into, if any.
insert into import_columns (import_id, sheet_number, sheet, heading_row, place, field, heading)
select $import_id, c.sheet_number, c.sheet, c.heading_row, c.place, c.field, c.heading
from (select unnest($columns, recursive := true)) as c
