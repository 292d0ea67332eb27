-- Record what was noticed while a file was read.
insert into import_facts (import_id, sheet_number, fact, what, row, number)
select $import_id, f.sheet_number, f.fact, f.what, f.row, f.number
from (select unnest($facts, recursive := true)) as f
