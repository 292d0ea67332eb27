-- The fields that have a column in the earlier of two imports and none in the later.
select field, min(heading) as heading
from import_columns
where import_id = $earlier and field is not null and heading <> ''
    and field not in (select field from import_columns where import_id = $import_id and field is not null)
group by field
order by field
