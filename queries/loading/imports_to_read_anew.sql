-- The imports that count on some day and whose cells are stored, in the order in which they were loaded. A file that was
-- replaced by a later one of the same day does not count, unless that is a part and it is one too or completes others, nor
-- does one whose rows were purged.
select i.*
from live_imports(known_at := $known_at) as i
where i.import_id in (select import_id from import_rows)
    and i.import_id not in (select import_id from purged_imports where by_age or whole)
    and not exists (
        select 1
        from live_imports(known_at := $known_at) as n
        where n.organisation_id = i.organisation_id
            and n.source = i.source
            and n.extract_date = i.extract_date
            and n.import_id > i.import_id
            and not n.completes
            and (n.parts is null or i.parts is null and not i.completes)
    )
order by i.import_id
