-- The fields that some imports have a column for, each with the number of imports that have it.
select field, count(distinct import_id) as imports
from import_columns
where list_contains($imports, import_id) and field is not null and heading <> ''
group by field
order by field
