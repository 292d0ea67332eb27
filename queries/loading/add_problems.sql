-- Store the problems of validation with their import.
insert into problems (import_id, sheet_number, sheet, row, column_number, "column", value, reason, kind)
select $import_id, sheet_number, sheet, row, column_number, "column", value, reason, kind
from found_problems
order by sheet_number, row, column_number
