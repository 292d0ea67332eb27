-- The rejected rows and the values loaded as empty of one import.
select sheet_number, sheet, row, column_number, "column", value, reason, kind
from problems
where import_id = $import_id
order by sheet_number, row, column_number
