-- The days that the pace of each point is measured between, of each organisation on a day: `last` is the latest on which
-- an export that the point needs arrived, `first` the one nearest to the same day a year before it, at most 92 days from
-- it (of two as near, the later). An export is of what its organisation was called on the day it arrived.
with arrived as (
    select
        lower(renamed('organisation', o.organisation, i.extract_date, $known_at)) as organisation_key,
        p.point,
        i.extract_date as day
    from live_imports(known_at := $known_at) as i
    inner join organisations_at(known_at := $known_at) as o using (organisation_id)
    inner join (select unnest($points, recursive := true)) as p on list_contains(p.needs, i.source)
    where i.extract_date <= $as_of
),
latest as (
    select organisation_key, point, max(day) as last
    from arrived
    group by organisation_key, point
)
select
    l.point,
    o.organisation,
    a.day as first,
    l.last
from latest as l
inner join organisations_on(as_of := $as_of, known_at := $known_at) as o on lower(o.organisation) = l.organisation_key
inner join arrived as a using (organisation_key, point)
where abs(date_diff('day', a.day, cast(l.last - interval 1 year as date))) <= 92
qualify row_number() over (
    partition by organisation_key, l.point
    order by abs(date_diff('day', a.day, cast(l.last - interval 1 year as date))), a.day desc
) = 1
