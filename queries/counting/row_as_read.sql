-- The stored cells of a spreadsheet row, each with the heading above it.
select c.heading, r.cells[c.place + 1] as cell
from import_rows as r
inner join import_columns as c using (import_id, sheet_number)
where r.import_id = $import_id and r.sheet_number = $sheet_number and r.row = $row
order by c.place
