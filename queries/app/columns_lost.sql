-- The fields that the earlier of two imports had a column for and the later has not.
select field, min(heading) as heading
from import_columns
where import_id = $earlier and field is not null
    and field not in (select field from import_columns where import_id = $import_id and field is not null)
group by field
order by field
