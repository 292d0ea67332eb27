-- what: How many items more reach the target, and the fewest units that have as many left.
-- grain: one row a figure that lasts beyond its year and is below its target
-- parameters:
-- columns:
--   place (bigint): the figure's place in what is asked
--   enough_items (bigint): how many more items must be met
--   enough_units (bigint): how many units have them: those with most left first
--   units (varchar[]): their names in that order; null is what belongs to no unit

with lacking as (
    select
        place,
        cast((cast(target_part as hugeint) * whole + target_of - 1) // target_of - met as bigint) as enough_items
    from outlook_figures
    where not of_the_year and whole > 0
),
ranked as (
    select
        *,
        sum(remaining) over (
            partition by place
            order by unit is null, remaining desc, unit collate sv
            rows between unbounded preceding and current row
        ) as so_far
    from outlook_parts
    where remaining > 0
)
select
    l.place,
    l.enough_items,
    count(r.place) as enough_units,
    list(r.unit order by r.so_far) filter (r.place is not null) as units
from lacking as l
left join ranked as r on r.place = l.place and r.so_far - r.remaining < l.enough_items
where l.enough_items > 0
group by all
order by l.place
