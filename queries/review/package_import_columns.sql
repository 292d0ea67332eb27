-- The fields that the imports of a package have, without the headings.
select distinct import_id, sheet_number, field
from import_columns
where list_contains($imports, import_id) and field is not null
order by import_id, sheet_number, field
