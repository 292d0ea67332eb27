-- The columns that the imports of an example have: as lists, since each parameter takes long.
insert into import_columns (import_id, sheet_number, sheet, place, field, heading)
select import_id, sheet_number, $sheet, place, field, field
from (
    select
        unnest($imports) as import_id,
        unnest($sheets) as sheet_number,
        unnest($places) as place,
        unnest($fields) as field
)
