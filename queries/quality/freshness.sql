-- what: Exports that are older than their source's own rhythm: a newer one ought to be there.
-- grain: one row per organisation and source whose newest export is older than its rhythm
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
--   field (varchar): always null
--   detail (varchar): the extract date
--   number (bigint): how many days old it is

with in_effect as (
    select organisation, source, import_id, file, extract_date, completes
    from imports_at(as_of := $as_of, known_at := $known_at)
),
-- answers that complete an export do not make it newer
newest as (
    select *
    from in_effect
    qualify row_number() over (partition by organisation, source order by completes, extract_date desc, import_id desc) = 1
)
select
    n.organisation,
    n.source,
    n.import_id,
    n.file,
    cast(null as smallint) as sheet_number,
    cast(null as varchar) as sheet,
    cast(null as integer) as row,
    cast(null as varchar) as subject,
    cast(null as varchar) as field,
    cast(n.extract_date as varchar) as detail,
    cast($as_of - n.extract_date as bigint) as number
from newest as n
inner join source_rhythms as r using (source)
where $as_of - n.extract_date > r.rhythm_days
order by n.organisation collate sv, number desc, n.source
