-- A row of an import with a date that lies as far from the one read now as the two systems of serial dates.
select 1
from typed as n
inner join {source} as t on t.import_id = $import_id and t.sheet_number = n.sheet_number and t.row = n.row
where {apart}
limit 1
