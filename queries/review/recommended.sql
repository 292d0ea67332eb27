-- The recommendations in the data protection officer's report of a year, as known on a day.
select area, observation, recommendation, priority, answer, responsible, status, due
from dpo_recommendations_at(as_of := $as_of, known_at := $known_at)
where organisation = $organisation
    and year in ($year, $year - 1)
    and year = (
        select max(year)
        from dpo_recommendations_at(as_of := $as_of, known_at := $known_at)
        where organisation = $organisation and year <= $year
    )
order by import_id, sheet_number, row
