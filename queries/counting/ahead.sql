-- What `coverage` counts to look ahead, of the items of a day and of the last day of its year, marked: those that there are
-- then, if nothing is done; those of the day that are met and will not be then (lapsing), and those that can never be met
-- any more (lost). The points' own statements stand before it as `every_item`.
select * replace ('then' as mark) from every_item where as_of = $end
union all
select * replace (cast($end as date) as as_of, if(lost, 'lost', 'lapsing') as mark)
from every_item
where as_of = $day and (
    lost
    or outcome = 'met' and (point, organisation, lower(item)) in (
        select (point, organisation, lower(item)) from every_item where as_of = $end and outcome in ('unmet', 'unknown')
    )
)
