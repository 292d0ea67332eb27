-- what: Units that only one source has, so that their rows are in no department: often another spelling or an old name.
-- grain: one row per organisation, source and unit that neither the staff list nor any other source has
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
--   subject (varchar): the unit, as it is called on the day
--   field (varchar): unit
--   detail (varchar): the unit of the staff list that is most like it, or null
--   number (bigint): how many rows have it

with counting as (
    select i.organisation, i.organisation_id, i.file, i.extract_date, w.*
    from units_written() as w
    inner join imports_at(as_of := $as_of, known_at := $known_at) as i using (import_id, source)
    -- the last row with an id counts
    qualify id is null or row_number() over (
        partition by organisation_id, source, lower(id)
        order by extract_date desc, import_id desc, sheet_number desc, row desc
    ) = 1
),
units as (
    select
        organisation, source, renamed('unit', unit, $as_of, $known_at) as unit, department,
        min_by(
            {'import_id': import_id, 'file': file, 'sheet_number': sheet_number, 'sheet': sheet, 'row': row},
            (import_id, sheet_number, row)
        ) as first_row,
        count(*) as number
    from counting
    where unit is not null
    group by organisation, source, unit, department
),
units_by_source as (
    select
        organisation, source, lower(unit) as key, min_by(unit, first_row) as unit, min(first_row) as first_row,
        cast(sum(number) as bigint) as number
    from units
    group by organisation, source, lower(unit)
),
-- registers also list whole organisations and departments as units
higher_levels as (
    select organisation, lower(renamed('department', department, $as_of, $known_at)) as key
    from units
    where department is not null
    union
    select organisation, lower(organisation)
    from units_by_source
),
alone as (
    select *
    from units_by_source
    where (organisation, key) not in (select (organisation, key) from higher_levels)
        and organisation in (select organisation from units_by_source where source = 'staff')
    qualify count(*) over (partition by organisation, key) = 1
),
alike as (
    select a.organisation, a.key, max_by(s.unit, (jaro_winkler_similarity(a.key, s.key), s.key)) as unit
    from alone as a
    inner join units_by_source as s using (organisation)
    where a.source <> 'staff' and s.source = 'staff' and jaro_winkler_similarity(a.key, s.key) >= 0.85
    group by all
)
select
    a.organisation,
    a.source,
    a.first_row.import_id as import_id,
    a.first_row.file as file,
    a.first_row.sheet_number as sheet_number,
    a.first_row.sheet as sheet,
    a.first_row.row as row,
    a.unit as subject,
    'unit' as field,
    l.unit as detail,
    a.number
from alone as a
left join alike as l using (organisation, key)
where a.source <> 'staff'
order by a.organisation collate sv, a.source, a.number desc, subject collate sv
