-- what: The change of the coverage a month between two days on which an export arrived, about a year apart, and when the
--   target is reached at that pace.
-- grain: one row a figure that lasts beyond its year and has reached its target, or has a pace
-- parameters:
-- columns:
--   place (bigint): the figure's place in what is asked
--   pace (double): the change a month, -1 to 1; null where the target is reached
--   reached (varchar): the month, YYYY-MM, or reached, not_within_five_years, no_change, falling or no_clear_direction

with lasting as (
    select
        *,
        target_of * met >= target_part * whole as is_reached,
        whole_latest >= 20 and whole_before >= 20 and not rules_changed as comparable,
        -- as whole numbers, since a month can hang on a rounding: a month's change is 365 * gained / parts
        met_latest * whole_before - met_before * whole_latest as gained,
        12 * days * cast(whole_latest as hugeint) * whole_before as parts,
        target_part * whole - target_of * met as lacking,
        met * whole_reviewed - met_reviewed * whole as gained_since
    from (
        select * replace (
            cast(target_part as hugeint) as target_part,
            cast(target_of as hugeint) as target_of,
            cast(met as hugeint) as met,
            cast(met_latest as hugeint) as met_latest
        )
        from outlook_figures
    )
    where not of_the_year and whole > 0
),
dated as (
    select
        *,
        coalesce(
            gained * gained_since < 0 and 1000 * abs(gained_since) >= cast(whole as hugeint) * whole_reviewed, false
        ) as contrary,
        case
            when gained > 0 then
                (lacking * parts + 365 * target_of * whole * gained - 1) // (365 * target_of * whole * gained)
        end as months
    from lasting
    where is_reached or comparable
)
select
    place,
    case when not is_reached then (met_latest / whole_latest - met_before / whole_before) * 365 / (12 * days) end as pace,
    case
        when is_reached then 'reached'
        when contrary then 'no_clear_direction'
        when 365 * 1000 * abs(gained) < parts then 'no_change'
        when gained < 0 then 'falling'
        when months > 60 then 'not_within_five_years'
        else strftime(date_trunc('month', as_of) + to_months(cast(least(months, 60) as integer)), '%Y-%m')
    end as reached
from dated
order by place
