-- The heading that each field of a sheet of an import was read from.
select field, heading
from import_columns
where import_id = $import_id and sheet is not distinct from $sheet and field is not null and heading <> ''
order by field
