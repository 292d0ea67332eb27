-- The imports that may be purged: extracted before a day, and replaced by a later one, so that no figure of today rests
-- on them. pending: a review that is not approved yet rests on it. next: the day from which a later one counts.
select
    i.import_id,
    i.source,
    i.extract_date,
    (
        select min(n.extract_date)
        from live_imports(known_at := $known_at) as n
        where n.source = i.source
            and n.organisation_id = i.organisation_id
            and n.extract_date > i.extract_date
            and not n.completes
    ) as next,
    i.import_id in (
        select b.import_id
        from (select unnest(cast($pending as date[])) as as_of) as day, lateral (
            select * from imports_at(as_of := day.as_of, known_at := $known_at)
        ) as b
    ) as pending
from imports as i
where i.extract_date < $before
    and i.import_id not in (select import_id from imports_at(as_of := $today, known_at := $known_at))
    and i.import_id not in (select import_id from purged_imports where by_age)
order by i.source, i.extract_date, i.import_id
