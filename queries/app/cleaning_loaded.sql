-- The positions of the loaded rows of an import.
select rowid as row_id, sheet_number, row
from {source}
where import_id = $import_id
