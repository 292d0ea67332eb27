-- what: The same id twice in an export, and systems whose rows in the register do not agree.
-- grain: one row per row that another replaces, or per system and attribute in which its rows differ
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
--   row (integer): the row that does not count; of a system, its first row
--   subject (varchar): the id, or the system
--   field (varchar): the heading of the id, or the attribute
--   detail (varchar): of a system, the words that differ; else null
--   number (bigint): how many rows there are of the system; else 1

with system_values as (
    select
        organisation, import_id, file, sheet_number, sheet, row, system,
        unnest([
            {
                'field': 'lifecycle',
                -- what has no column says nothing
                'code': case
                    when told(lifecycle, 'lifecycle', columns) then coalesce(lifecycle_code, 'in use')
                end,
                'word': lifecycle
            },
            {'field': 'responsibility', 'code': responsibility_code, 'word': responsibility},
            {'field': 'classified_last_year', 'code': cast(classified_last_year as varchar), 'word': null},
            {'field': 'risk_analysed_last_year', 'code': cast(risk_analysed_last_year as varchar), 'word': null}
        ], recursive := true)
    from systems_at(as_of := $as_of, known_at := $known_at)
),
disagreeing as (
    select
        organisation, field,
        min_by(
            {'import_id': import_id, 'file': file, 'sheet_number': sheet_number, 'sheet': sheet, 'row': row, 'system': system},
            (import_id, sheet_number, row)
        ) as first_row,
        string_agg(distinct word, ' / ' order by word) as words,
        count(*) as number
    from system_values
    group by organisation, lower(system), field
    having count(distinct code) > 1
)
select
    i.organisation, i.source, i.import_id, i.file, p.sheet_number, p.sheet, p.row,
    p.value as subject,
    p."column" as field,
    cast(null as varchar) as detail,
    cast(1 as bigint) as number
from problems as p
inner join imports_at(as_of := $as_of, known_at := $known_at) as i using (import_id)
where p.reason = 'duplicate'
union all
select
    organisation, 'systems', first_row.import_id, first_row.file, first_row.sheet_number, first_row.sheet, first_row.row,
    first_row.system, field, words, number
from disagreeing
order by organisation collate sv, source, import_id, sheet_number, row, field
