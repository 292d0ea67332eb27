-- what: Status words in no list, so that their rows count as unknown, as if they were empty, or not at all.
-- grain: one row per import, field and word
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
--   subject (varchar): the word
--   field (varchar): the field
--   detail (varchar): always null
--   number (bigint): how many rows have it

-- of a word that counts as an empty cell does, only that somebody has said so tells that it is known
with explained as (
    select o.organisation, m.source, m.field, lower(m.said_of) as word
    from meanings as m
    inner join organisations_called(as_of := $as_of, known_at := $known_at) as o using (organisation_id)
    where m.said_at <= $known_at
    qualify row_number() over (
        partition by m.organisation_id, m.source, m.field, lower(m.said_of) order by m.edition desc
    ) = 1 and m.meaning is not null
)
select
    organisation,
    source,
    import_id,
    any_value(file) as file,
    min_by(sheet_number, (sheet_number, row)) as sheet_number,
    min_by(sheet, (sheet_number, row)) as sheet,
    min_by(row, (sheet_number, row)) as row,
    min_by(word, (sheet_number, row)) as subject,
    field,
    cast(null as varchar) as detail,
    count(*) as number
from words_written_at(as_of := $as_of, known_at := $known_at)
where
    word is not null
    and code is null
    and (source, field, lower(word)) not in (select (source, field, word) from words_without_code)
    and (organisation, source, field, lower(word)) not in (select (organisation, source, field, word) from explained)
group by organisation, source, field, import_id, lower(word)
order by organisation collate sv, source, import_id, field, number desc, subject collate sv
