-- The rows of a source in a package: the fields that its statements read, texts as marks.
select t.import_id, t.sheet_number, t.row, {fields}
from {source} as t
where list_contains($imports, t.import_id)
order by t.import_id, t.sheet_number, t.row
