-- The same for a source about persons: the rows of persons of the staff list, ordered by their numbers in the package,
-- then as before.
select
    t.import_id,
    t.sheet_number,
    cast(row_number() over (partition by t.import_id, t.sheet_number order by p.number, t.row) as integer) as row,
    {fields}
from {source} as t
inner join {persons} as p on p.person = lower(t.{person})
where list_contains($imports, t.import_id)
order by p.number, t.import_id, t.sheet_number, t.row
