-- One column of the rows of an import.
select rowid as row_id, sheet_number, sheet, row, {value} as text
from {source}
where import_id is not distinct from $import_id
order by row_id
