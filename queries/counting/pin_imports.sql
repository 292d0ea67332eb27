-- Find the imports behind some days once, for one cursor: this macro hides the stored one of the same name. Planning
-- all points asks for them some forty times, which would take longer than counting.
-- section: imports
create or replace temp table pinned_imports as
select
    day.day,
    $known_at as known,
    -- identifies the names in force: their number only grows with the day
    (select count(*) from live_aliases(known_at := $known_at) as a where a.valid_from <= day.day) as names,
    i.source, i.import_id, i.organisation_id, i.organisation, i.file, i.extract_date, i.imported_at, i.imported_by,
    i.loaded, i.rejected, i.warnings,
    cast(null as map(smallint, varchar[])) as sheets
from (select unnest($days) as day) as day, lateral (
    -- what is yet to come is seen with the exports that there are
    select * from imports_at(as_of := least(day.day, $until), known_at := $known_at)
) as i
where $organisation is null or lower(i.organisation) = lower($organisation)

-- section: chosen_imports
create or replace temp macro chosen_imports(wanted, as_of, known_at) as table
    select import_id, organisation_id, organisation, file, extract_date, sheets
    from pinned_imports
    where source = wanted and day = as_of and known = known_at

-- section: any_purged
-- Where no units of a purged staff list are kept, planning is spared them.
select 1 from purged_units limit 1

-- section: nothing_purged
create or replace temp macro purged_units_at(as_of, known_at) as table
    select cast(null as varchar) as organisation, cast(null as varchar) as unit, cast(null as varchar) as department
    where false

-- section: any_said
-- Where nothing was said of courses, planning is spared it.
select 1 from courses_said where said_at <= $known_at limit 1

-- section: nothing_said
create or replace temp macro courses_said_at(as_of, known_at) as table
    select
        cast(null as varchar) as organisation, cast(null as varchar) as point, cast(null as varchar[]) as courses,
        cast(null as boolean) as nobody
    where false

-- section: columns
-- The columns that the sheets of each import had. Where none of those that are asked for is missing, `none_missing`
-- hides the stored macros, and planning is spared them; else `some_missing` fills them in.
select i.source, c.import_id, c.sheet_number, c.field
from pinned_imports as i
inner join import_columns as c using (import_id)
where c.field is not null

-- section: some_missing
update pinned_imports
set sheets = c.sheets
from columns_of_imports() as c
where c.import_id = pinned_imports.import_id

-- section: none_missing
create or replace temp macro columns_of(sheets, sheet_number) as cast(null as varchar[]);
create or replace temp macro untold(field, columns) as false;
create or replace temp macro judge(judgements, columns) as
    coalesce(
        list_filter(judgements, lambda each: each is not null and (each.empty is null or each.detail is not null))[1],
        met()
    )
