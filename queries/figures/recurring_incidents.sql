-- what: How many of this year's incidents recur: same unit and same cause within some months.
-- grain: one row an organisation
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   window_months (integer): how many months may lie between two incidents of a kind
-- columns:
--   organisation (varchar): whose figure it is
--   part (bigint): of those, incidents that another with the same unit and cause precedes or follows within the months
--   whole (bigint): incidents discovered this year

with known as (
    select
        organisation,
        lower(renamed('unit', unit, $as_of, $known_at)) as unit_key,
        lower(cause) as cause_key,
        cast(discovered as date) as day
    from incidents_at(as_of := $as_of, known_at := $known_at)
    where cast(discovered as date) <= $as_of
),
neighbours as (
    select
        *,
        lag(day) over kind as day_before,
        lead(day) over kind as day_after
    from known
    window kind as (partition by organisation, unit_key, cause_key order by day)
),
incidents as (
    select
        organisation,
        cause_key is not null
        and (months_after(day_before, $window_months) >= day or months_after(day, $window_months) >= day_after)
            as recurs
    from neighbours
    where day >= date_trunc('year', $as_of)
)
select o.organisation, count(*) filter (where incidents.recurs) as part, count(incidents.organisation) as whole
from organisations_on(as_of := $as_of, known_at := $known_at) as o
left join incidents using (organisation)
group by o.organisation
order by o.organisation collate sv
