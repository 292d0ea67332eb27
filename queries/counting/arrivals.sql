-- What organisations are called on some days, and on each on which an export of some sources arrived, which says so.
with arrivals as (
    select distinct organisation_id, extract_date as day
    from live_imports(known_at := $known_at)
    where list_contains($sources, source)
)

select day.day, o.organisation_id, o.organisation, a.day is not null as arrived
from (select unnest($days) as day union select day from arrivals) as day,
    lateral (select * from organisations_called(as_of := day.day, known_at := $known_at)) as o
left join arrivals as a on a.organisation_id = o.organisation_id and a.day = day.day
