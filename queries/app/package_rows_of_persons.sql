-- The same for a source whose rows are about persons: those of the staff list, by their numbers in the package. The rows
-- stand in the order of these numbers, and those of a person in the order that they had.
select
    t.import_id,
    t.sheet_number,
    cast(row_number() over (partition by t.import_id, t.sheet_number order by p.number, t.row) as integer) as row,
    {fields}
from {source} as t
inner join package_persons as p on p.person = lower(t.{person})
where list_contains($imports, t.import_id)
order by p.number, t.import_id, t.sheet_number, t.row
