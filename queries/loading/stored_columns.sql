-- The columns of an import as they were recognised, sheet by sheet; none of the first versions, which did not store where.
select sheet_number, sheet, heading_row, place, field, heading
from import_columns
where import_id = $import_id and sheet_number is not null and place is not null and heading_row is not null
order by sheet_number, place
