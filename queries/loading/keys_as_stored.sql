-- What has been read, with the keys that its rows were stored with.
create or replace temp table typed as
select n.* replace (case when t.row is null then n.{field} else t.{field} end as {field})
from typed as n
left join {source} as t on t.import_id = $import_id and t.sheet_number = n.sheet_number and t.row = n.row
