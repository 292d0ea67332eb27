-- Where the rows of an import that was loaded stood.
select rowid as row_id, sheet_number, row
from {source}
where import_id = $import_id
