-- Incidents discovered each month by kind, the largest kinds by name, the rest together, and last those whose export has
-- no column for it. One row per month and kind;
-- the count is null before the first known incident and after the day of the export. The incidents precede it as
-- `incidents`.
, recent as (
    select *, cast(date_trunc('month', discovered_on) as date) as month, lower(category) as kind_key
    from incidents
    where discovered_on >= $first_month
),
named as (
    select
        kind_key,
        mode(category order by category) as kind,
        cast(row_number() over (order by count(*) desc, kind_key collate sv) as integer) as place
    from recent
    where kind_key is not null
    group by kind_key
    qualify place <= $most
),
placed as (
    select s.month, coalesce(n.place, if(s.category_told, $most + 1, $most + 2)) as place
    from recent as s
    left join named as n using (kind_key)
),
months as (
    select cast(unnest(range($first_month, $as_of + 1, interval 1 month)) as date) as month
),
kinds as (
    select place, kind from named
    union all
    select distinct place, null from placed where place > $most
)
select
    m.month,
    k.place,
    k.kind,
    case
        when m.month >= (select date_trunc('month', min(known_from)) from incidents)
            and m.month <= (select max(known_to) from incidents)
            then count(p.place)
    end as n
from months as m
cross join kinds as k
left join placed as p on p.month = m.month and p.place = k.place
group by m.month, k.place, k.kind
order by m.month, k.place
