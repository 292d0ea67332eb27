-- Store how far everybody is with some courses for the days of `pinned_imports`, once for all days with the same imports
-- and names on which the same rows have happened, for one cursor: this macro hides the stored one of the same name.
-- section: editions
create or replace temp table editions_of_courses as
select day, min(day) over (partition by imports, names, happened, alone) as edition
from (
    select
        i.day,
        i.names,
        list(distinct i.import_id order by i.import_id) as imports,
        count(*) filter (where t.started <= i.day) + count(*) filter (where t.completed <= i.day) as happened,
        -- without a column for the day of a pass, the end of its validity alone changes a result
        case when bool_or(untold('completed', columns_of(i.sheets, t.sheet_number))) then i.day end as alone
    from pinned_imports as i
    inner join training as t using (import_id)
    where i.source = 'training'
    group by i.day, i.names
)

-- section: rows
create or replace temp table pinned_courses as
select e.edition, concat_ws('|', c.wanted, c.codes, c.names, c.validity_months) as course, r.*
from (select distinct edition from editions_of_courses) as e, (select unnest($courses, recursive := true)) as c, lateral (
    select *
    from course_results_at(
        as_of := e.edition, known_at := $known_at, wanted := c.wanted, codes := c.codes, names := c.names,
        validity_months := c.validity_months
    )
) as r

-- section: macro
create or replace temp macro course_results_at(as_of, known_at, wanted, codes, names, validity_months) as table
    select r.* exclude (edition, course)
    from pinned_courses as r
    inner join editions_of_courses as e using (edition)
    where e.day = as_of and r.course = concat_ws('|', wanted, codes, names, validity_months)
