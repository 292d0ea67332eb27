-- The rows of a source that a pack declares, as a table of a source has them.
create or replace view {source} as
select import_id, sheet_number, sheet, row, {columns}
from pack_rows
where source = '{source}'
