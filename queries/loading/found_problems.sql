-- The problems of validation in the sheets of one source, before anything is written.
select sheet_number, sheet, row, column_number, "column", value, reason, kind
from found_problems
order by sheet_number, row, column_number
