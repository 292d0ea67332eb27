-- Records the columns of an import: which field each was read into, or none.
insert into import_columns (import_id, sheet_number, sheet, heading_row, place, field, heading)
select $import_id, c.sheet_number, c.sheet, c.heading_row, c.place, c.field, c.heading
from (select unnest($columns, recursive := true)) as c
