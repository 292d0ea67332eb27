-- The problems of every export.
select rowid as row_id, import_id, sheet_number, sheet, row, column_number, "column", value, reason, kind
from problems
order by import_id, sheet_number, row, column_number
