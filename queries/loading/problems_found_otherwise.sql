-- Whether the problems of an import differ between what is stored and what has been found in its cells.
with now as (select sheet_number, row, column_number, reason, kind from found_problems),
before as (select sheet_number, row, column_number, reason, kind from problems where import_id = $import_id)
select 1
from ((select * from now except select * from before) union all (select * from before except select * from now))
limit 1
