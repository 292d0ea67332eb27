-- what: The change of the coverage a month since the same day a year before, and when the target is reached at that pace.
-- grain: one row a figure that lasts beyond its year and has reached its target, or can be compared
-- parameters:
-- columns:
--   place (bigint): the figure's place in what is asked
--   pace (double): the change a month, -1 to 1; null where the target is reached
--   reached (varchar): the month, YYYY-MM, or reached, not_within_five_years, no_change or falling

with lasting as (
    select
        *,
        target_of * met >= target_part * whole as is_reached,
        whole >= 20 and whole_before >= 20 and not rules_changed as comparable,
        -- as whole numbers, since a month can hang on a rounding: what the coverage has gained in the year, and what it
        -- lacks of the target, both times target_of * whole * whole_before
        target_of * (met * whole_before - met_before * whole) as gained,
        (target_part * whole - target_of * met) * whole_before as lacking
    from (
        select * replace (cast(target_part as hugeint) as target_part, cast(target_of as hugeint) as target_of)
        from outlook_figures
    )
    where not of_the_year and whole > 0
),
dated as (
    select *, case when gained > 0 then (12 * lacking + gained - 1) // gained end as months
    from lasting
    where is_reached or comparable
)
select
    place,
    case when not is_reached then (met / whole - met_before / whole_before) / 12 end as pace,
    case
        when is_reached then 'reached'
        when 1000 * abs(gained) < 12 * target_of * whole * whole_before then 'no_change'
        when gained < 0 then 'falling'
        when months > 60 then 'not_within_five_years'
        else strftime(date_trunc('month', as_of) + to_months(cast(least(months, 60) as integer)), '%Y-%m')
    end as reached
from dated
order by place
