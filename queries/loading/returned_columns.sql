-- The columns of the newest import of a file and source, sheet by sheet: what a return of its rows is compared with.
select import_id, sheet_number, sheet, heading_row, place, heading
from import_columns
where import_id = (
        select max(import_id) from imports where sha256 = $sha256 and source = $source
    )
order by sheet_number, place
