-- what: Systems that incidents or processings name and that the register lacks.
-- grain: one row per organisation, source and system that the register does not have
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
--   subject (varchar): the system
--   field (varchar): system
--   detail (varchar): the system of the register that is most like it, or null
--   number (bigint): how many rows have it

with named as (
    -- for each mention of a system, union all
    select
        '{source}' as source, '{field}' as field, import_id, sheet_number, sheet, row,
        {field} as name, {id} as id
    from {source}
    -- end
    union all
    -- the systems of the register
    select
        'systems', null, import_id, sheet_number, sheet, row,
        system, null
    from systems
),
counting as (
    select
        i.organisation, i.organisation_id, i.file, i.extract_date, n.*,
        lower(renamed('system', n.name, $as_of, $known_at)) as key
    from named as n
    inner join imports_at(as_of := $as_of, known_at := $known_at) as i using (import_id, source)
    where n.name is not null
),
register as (
    select organisation, key, min(name) as name
    from counting
    where field is null
    group by all
),
lacking as (
    select
        c.organisation, c.source, c.field, c.key,
        min_by(
            {
                'import_id': c.import_id, 'file': c.file, 'sheet_number': c.sheet_number, 'sheet': c.sheet, 'row': c.row,
                'name': c.name
            },
            (c.import_id, c.sheet_number, c.row)
        ) as first_row,
        count(*) as number
    from counting as c
    anti join register as r on r.organisation = c.organisation and r.key = c.key
    where c.field is not null
        -- without the other export there is nothing to compare with
        and c.organisation in (select organisation from register)
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
    group by all
),
alike as (
    select l.organisation, l.key, max_by(r.name, (jaro_winkler_similarity(l.key, r.key), r.key)) as name
    from (select distinct organisation, key from lacking) as l
    inner join register as r using (organisation)
    where jaro_winkler_similarity(l.key, r.key) >= 0.85
    group by all
)
select
    l.organisation,
    l.source,
    l.first_row.import_id as import_id,
    l.first_row.file as file,
    l.first_row.sheet_number as sheet_number,
    l.first_row.sheet as sheet,
    l.first_row.row as row,
    l.first_row.name as subject,
    l.field,
    a.name as detail,
    l.number
from lacking as l
left join alike as a using (organisation, key)
order by l.organisation collate sv, l.source, l.number desc, subject collate sv
