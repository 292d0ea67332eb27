-- What was rejected or loaded as empty of some imports, whether they count or not.
select import_id, sheet, row, "column", value, reason, kind
from problems
where list_contains($imports, import_id)
order by import_id, sheet_number, row, column_number
