-- Find the imports behind some days once, for one cursor: this macro hides the stored one of the same name. Planning
-- all points asks for them some forty times, which would take longer than counting.
create or replace temp table pinned_imports as
select
    day.day,
    $known_at as known,
    -- identifies the names in force: their number only grows with the day
    (select count(*) from live_aliases(known_at := $known_at) as a where a.valid_from <= day.day) as names,
    i.source, i.import_id, i.organisation_id, i.organisation, i.file, i.extract_date
from (select unnest($days) as day) as day, lateral (
    select * from imports_at(as_of := day.day, known_at := $known_at)
) as i;

create or replace temp macro chosen_imports(wanted, as_of, known_at) as table
    select import_id, organisation_id, organisation, file, extract_date
    from pinned_imports
    where source = wanted and day = as_of and known = known_at
