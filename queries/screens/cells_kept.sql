-- Some stored rows of a sheet.
select row, cells
from import_rows
where import_id = $import_id and sheet_number = $sheet_number and row >= $first
order by row
limit $many
