-- The operational plan of a year and what is still overdue from earlier years, as known on a day, and whether no column
-- tells when something left is due.
with dated as (
    select
        activity_id,
        coalesce(activity, activity_id) as activity,
        kind_code,
        try_cast(review_point as integer) as point,
        coalesce(mandatory, false) as mandatory,
        start,
        due_of(due) as due,
        told(due, 'due', columns) as due_told,
        lower(trim(status)) as word
    from activities_at(as_of := $as_of, known_at := $known_at)
    where organisation = $organisation
),
with_progress as (
    select *, progress_said(word, $done, $cancelled, due, $as_of) as progress
    from dated
),
judged as (
    select
        * exclude (word, start, progress),
        -- if the two dates contradict each other, the due date counts
        case when due is null or start <= due then start end as start,
        case
            when progress <> 'open' then progress
            when list_contains($ongoing, word) then 'ongoing'
            when list_contains($not_started, word) then 'not_started'
            when start <= $as_of then 'ongoing'
            else 'not_started'
        end as state
    from with_progress
),
placed as (
    select
        *,
        coalesce(year(due) < $year, false) as earlier,
        -- without an end it belongs to the year it begins and to later years until it is done
        coalesce(
            $year between coalesce(year(start), year(due)) and year(due),
            year(start) = $year or (year(start) < $year and state not in ('done', 'cancelled')),
            true
        ) as this_year
    from judged
)
select
    activity_id,
    activity,
    kind_code,
    point,
    mandatory,
    start,
    due,
    due_told or state in ('done', 'cancelled') as due_told,
    state,
    earlier
from placed
where this_year or (earlier and state = 'late')
order by due nulls last, start nulls last, activity_id collate sv
