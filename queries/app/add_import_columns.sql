-- Records which columns of an import were read into which fields.
insert into import_columns (import_id, sheet, field, heading)
select $import_id, c.sheet, c.field, c.heading
from (select unnest($columns, recursive := true)) as c
