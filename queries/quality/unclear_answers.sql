-- what: Answers that are neither yes nor no and so count as unknown.
-- grain: one row per import, field and answer
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment whose knowledge counts
-- columns:
--   organisation (varchar): whose export it is
--   source (varchar): the source that it is an export of
--   import_id (integer): the import
--   file (varchar): the file of it
--   sheet_number (smallint): the sheet of the first row, from 0
--   sheet (varchar): its name
--   row (integer): the first row that says it
--   subject (varchar): the answer
--   field (varchar): the field
--   detail (varchar): always null
--   number (bigint): how many rows have it

with counting as (
    select i.organisation, i.organisation_id, i.file, i.extract_date, a.*
    from answers_written() as a
    inner join imports_at(as_of := $as_of, known_at := $known_at) as i using (import_id, source)
    -- the last row with an id counts
    qualify id is null or row_number() over (
        partition by organisation_id, source, field, lower(id)
        order by extract_date desc, import_id desc, sheet_number desc, row desc
    ) = 1
),
-- an empty cell is no answer; an unclear one is null in the field, so its text comes from the stored cells
written as (
    select a.*, trim(r.cells[c.place + 1]) as answer
    from counting as a
    inner join import_columns as c using (import_id, sheet_number, field)
    inner join import_rows as r using (import_id, sheet_number, row)
    where a.unanswered
)
select
    organisation,
    source,
    import_id,
    any_value(file) as file,
    min_by(sheet_number, (sheet_number, row)) as sheet_number,
    min_by(sheet, (sheet_number, row)) as sheet,
    min_by(row, (sheet_number, row)) as row,
    min_by(answer, (sheet_number, row)) as subject,
    field,
    cast(null as varchar) as detail,
    count(*) as number
from written
where
    answer <> ''
    and not starts_with(answer, '#')
    and not exists (
        select 1
        from no_answers as n
        where n.source = written.source and n.field = written.field and n.word = trim(lower(answer), '()[]{}<> ')
    )
group by organisation, source, import_id, field, lower(answer)
order by organisation collate sv, source, import_id, field, number desc, subject collate sv
