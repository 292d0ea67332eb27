-- The sheets whose cells are stored with an import.
select r.sheet_number, coalesce(min(c.sheet), '') as sheet, count(distinct r.row) as rows, max(r.row) as last
from import_rows as r
left join (select distinct import_id, sheet_number, sheet from import_columns) as c using (import_id, sheet_number)
where r.import_id = $import_id
group by r.sheet_number
order by r.sheet_number
