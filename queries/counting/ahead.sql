-- What `coverage` counts to look ahead, of the items of a day and of the last day of its year: those that there are then,
-- if nothing is done; and, under the negative number of their point, those of the day that are met and will not be then
-- (as met), and those that can never be met any more, whatever their outcome (as unmet). The points' own statements stand
-- before it as `every_item`.
select * from every_item where as_of = $end
union all
select * replace (cast($end as date) as as_of, -point as point, if(lost, 'unmet', outcome) as outcome)
from every_item
where as_of = $day and (
    lost
    or outcome = 'met' and (point, organisation, lower(item)) in (
        select (point, organisation, lower(item)) from every_item where as_of = $end and outcome in ('unmet', 'unknown')
    )
)
