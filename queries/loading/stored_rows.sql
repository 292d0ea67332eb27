-- Every row of a sheet, also those without cells, with its stored cells.
select r.rowid as row_id, n.number as row_number, {cells}
from (select unnest(range(1, $last + 1)) as number) as n
left join import_rows as r
    on r.import_id is not distinct from $import_id and r.sheet_number is not distinct from $sheet_number and r.row = n.number
order by row_number
