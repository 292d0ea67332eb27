-- The rows of a source that a pack declares, each with its number in the table of all packs.
select rowid, import_id, sheet_number, sheet, row, {columns}
from pack_rows
where source = '{source}'
