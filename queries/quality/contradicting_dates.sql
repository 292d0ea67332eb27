-- what: Rows whose dates contradict each other: what comes first is dated later.
-- grain: one row per row and pair of dates
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment whose knowledge counts
-- columns:
--   organisation (varchar): whose export it is
--   source (varchar): the source that it is an export of
--   import_id (integer): the import
--   file (varchar): the file of it
--   sheet_number (smallint): the sheet, from 0
--   sheet (varchar): its name
--   row (integer): the row
--   subject (varchar): what the row is about, never a person
--   field (varchar): the two fields: the one that is dated too early, and the one that it should not be before
--   detail (varchar): the two dates
--   number (bigint): how many days they lie apart

with counting as (
    select i.organisation, i.organisation_id, i.file, i.extract_date, d.*
    from dates_in_order() as d
    inner join imports_at(as_of := $as_of, known_at := $known_at) as i using (import_id, source)
)
select
    organisation, source, import_id, file, sheet_number, sheet, row, subject, field,
    replace(early || ' < ' || late, ' 00:00:00', '') as detail,
    cast(late as date) - cast(early as date) as number
from counting as c
where sent_before(late, early)
    -- the last row with an id counts
    and not exists (
        select 1
        from counting as l
        where l.organisation_id = c.organisation_id
            and l.source = c.source
            and lower(l.id) = lower(c.id)
            and (l.extract_date, l.import_id, l.sheet_number, l.row)
                > (c.extract_date, c.import_id, c.sheet_number, c.row)
    )
order by organisation collate sv, source, import_id, sheet_number, row, field
