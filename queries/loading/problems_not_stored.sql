-- Add the problems of an import that cannot be found in its stored cells: these are cut or empty, or not stored at all.
insert into found_problems by name
select sheet_number, sheet, row, column_number, "column", value, reason, kind
from problems as p
where p.import_id = $import_id
    and list_contains($reasons, p.reason)
    and not exists (
        select 1
        from found_problems as f
        where f.sheet_number = p.sheet_number and f.row = p.row and f.column_number = p.column_number
    )
