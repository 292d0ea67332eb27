-- The stored cells of some rows of a sheet of an import.
select row, cells
from import_rows
where import_id = $import_id and sheet_number = $sheet_number and list_contains($numbers, row)
