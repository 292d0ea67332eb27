-- The columns of an import, sheet by sheet.
select sheet_number, sheet, heading_row, place, field, heading
from import_columns
where import_id = $import_id
order by sheet_number, place
