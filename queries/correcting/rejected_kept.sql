-- What is wrong in the rejected rows of an import whose cells are stored, each with the cells of its row.
select p.import_id, p.sheet_number, p.sheet, p.row, p.column_number, p."column", p.reason, r.cells
from problems as p
inner join import_rows as r using (import_id, sheet_number, row)
where p.import_id = $import_id and p.kind = 'rejected'
order by p.sheet_number, p.row, p.column_number
