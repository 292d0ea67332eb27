-- The levels of the rows of a source.
select rowid as row_id, import_id, sheet_number, row, {levels}
from {source}
order by row_id
