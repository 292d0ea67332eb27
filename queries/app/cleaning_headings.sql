-- The recognised columns of every export.
select rowid as row_id, import_id, sheet_number, sheet, heading_row, place, field, heading
from import_columns
order by import_id, sheet_number, place
