-- What a table holds of some rows of exports.
select t.rowid as row_id, t.import_id, t.sheet_number, t.row, {texts} as texts
from {table} as t
inner join (select unnest($keys, recursive := true)) as k
    on k.import_id = t.import_id and k.sheet_number is not distinct from t.sheet_number and k.row = t.row
order by all
