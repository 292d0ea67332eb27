-- what: How many of this year's incidents recur: same unit and same cause within some months.
-- grain: one row per organisation
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   window_months (integer): how many months may lie between two incidents of a kind
-- columns:
--   organisation (varchar): whose figure it is
--   part (bigint): of those, incidents that another with the same unit and cause precedes or follows within the months
--   whole (bigint): incidents discovered this year whose export has the column for the cause

with incidents as (
    select organisation, recurs
    from recurring_at(as_of := $as_of, known_at := $known_at, window_months := $window_months)
    where this_year and cause_told
)
select o.organisation, count(*) filter (where incidents.recurs) as part, count(incidents.organisation) as whole
from organisations_on(as_of := $as_of, known_at := $known_at) as o
left join incidents using (organisation)
group by o.organisation
order by o.organisation collate sv
