-- what: Columns that a figure counts by and that an export does not have: nothing can be told by them.
-- grain: one row per full export behind the figures and field that none of its sheets has a column for
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment whose knowledge counts
-- columns:
--   organisation (varchar): whose export it is
--   source (varchar): the source that it is an export of
--   import_id (integer): the import
--   file (varchar): the file of it
--   sheet_number (smallint): always null
--   sheet (varchar): always null
--   row (integer): always null
--   subject (varchar): always null
--   field (varchar): the field without a column
--   detail (varchar): always null
--   number (bigint): the rows that say nothing of it

with in_effect as (
    select organisation, source, import_id, file, loaded, completes
    from imports_at(as_of := $as_of, known_at := $known_at)
)
select distinct
    i.organisation,
    i.source,
    i.import_id,
    i.file,
    cast(null as smallint) as sheet_number,
    cast(null as varchar) as sheet,
    cast(null as integer) as row,
    cast(null as varchar) as subject,
    a.field,
    cast(null as varchar) as detail,
    cast(i.loaded as bigint) as number
from in_effect as i
inner join columns_of_imports() as c using (import_id)
inner join columns_asked as a on a.source = i.source and coalesce(a.organisation, i.organisation) = i.organisation
left join (select distinct organisation, source from in_effect) as other
    on other.organisation = i.organisation and other.source = a.without
-- what completes an export need not have all of its columns
where not i.completes and other.source is null and not list_contains(flatten(map_values(c.sheets)), a.field)
order by i.organisation collate sv, i.source, i.import_id, a.field
