-- what: Exports with far fewer rows than the full export of the same source before them: something may be missing.
-- grain: one row per import that the figures rest on and that has shrunk
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
--   detail (varchar): the rows of the export before and of this one, with an arrow between
--   number (bigint): how many rows fewer

with begun as (
    select
        organisation_id,
        source,
        import_id,
        extract_date,
        completes,
        loaded + rejected as rows_read,
        -- the parts of a day are one export
        not completes and (parts is null or import_id = min(import_id) filter (where not completes and parts is not null) over (
            partition by organisation_id, source, extract_date
        )) as begins
    from live_imports(known_at := $known_at)
    where extract_date <= $as_of
),
numbered as (
    select
        *,
        -- a full export and the files that complete it form one edition
        count(*) filter (where begins) over (
            partition by organisation_id, source order by extract_date, import_id
        ) as edition
    from begun
),
editions as (
    select
        organisation_id,
        source,
        edition,
        min(import_id) filter (where begins) as import_id,
        min(extract_date) as extract_date,
        sum(rows_read) as rows_read
    from numbered
    where edition > 0
    group by all
),
-- an export replaced by another of the same day is not the one before it
counted as (
    select *
    from editions
    qualify row_number() over (partition by organisation_id, source, extract_date order by edition desc) = 1
),
compared as (
    select
        import_id,
        rows_read,
        lag(rows_read) over (partition by organisation_id, source order by extract_date) as rows_before
    from counted
)
select
    i.organisation,
    i.source,
    i.import_id,
    i.file,
    cast(null as smallint) as sheet_number,
    cast(null as varchar) as sheet,
    cast(null as integer) as row,
    cast(null as varchar) as subject,
    cast(null as varchar) as field,
    c.rows_before || ' → ' || c.rows_read as detail,
    cast(c.rows_before - c.rows_read as bigint) as number
from imports_at(as_of := $as_of, known_at := $known_at) as i
inner join compared as c using (import_id)
where c.rows_read < 0.75 * c.rows_before and c.rows_before - c.rows_read >= 10
order by i.organisation collate sv, number desc, i.source
