-- The sources of each organisation whose rows of a day were purged, with the latest purge.
select
    day.as_of,
    i.organisation,
    i.source,
    max(p.purged_at) as purged_at,
    arg_max(p.diary, p.purged_at) as diary
from (select unnest($days) as as_of) as day, lateral (
    select * from imports_with_purged_at(as_of := day.as_of, known_at := $known_at)
) as i
inner join purged_imports as p on p.import_id = i.import_id and p.whole
group by day.as_of, i.organisation, i.source
order by day.as_of, i.organisation, i.source
