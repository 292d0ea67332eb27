-- The priority areas of the operational plan for the year after a review, as known on a day; one without dates counts.
select
    activity_id, coalesce(activity, activity_id) as activity, review_point, mandatory, responsible, start, due, status
from activities_at(as_of := $as_of, known_at := $known_at)
where organisation = $organisation
    and kind_code = 'priority_area'
    and coalesce(year(due) >= $year + 1, year(start) >= $year + 1, true)
order by import_id, sheet_number, row
