-- What a statement of a pack reads, fetched from the store, and laid where it runs, apart.
-- section: imports
select * from pinned_imports where list_contains($sources, source) and list_contains($days, day)

-- section: columns
-- The fields that the sheets of imports have a column for; by -1 where it is not known which sheet has them.
select import_id, cast(coalesce(sheet_number, -1) as smallint) as sheet_number, list(field) as fields
from import_columns
where field is not null and list_contains($imports, import_id)
group by all

-- section: rows
select * from {source} where list_contains($imports, import_id)

-- section: names
select names from pinned_names

-- section: answer
create or replace temp table answer as
select {columns}
from (
{items}
)
limit $most
