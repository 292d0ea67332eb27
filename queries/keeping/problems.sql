-- The rejected rows and the values loaded as empty, of the imports in effect.
select i.import_id, i.source, i.file, p.sheet, p.row, p."column", p.value, p.reason, p.kind
from problems as p
inner join live_imports(known_at := $known_at) as i using (import_id)
order by p.import_id, p.sheet_number, p.row, p.column_number
