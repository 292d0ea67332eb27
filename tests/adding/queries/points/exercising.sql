-- what: Which continuity plans have been exercised in time.
-- grain: one row a plan
-- parameters:
--   as_of (date): the day that is described
--   known_at (timestamp): the moment (UTC) whose knowledge counts
--   interval_months (integer): how often a plan is exercised
-- columns: columns.txt

with judged as (
    select
        *,
        months_after(exercised, $interval_months) as next_exercise,
        case
            when exercised > $as_of or exercised is null then unmet('never_exercised')
            when months_after(exercised, $interval_months) >= $as_of then met()
            else unmet('overdue')
        end as judgement
    from exercises_at(as_of := $as_of, known_at := $known_at)
)
select
    organisation,
    unit,
    plan_id as item,
    coalesce(plan, plan_id) as label,
    judgement.outcome,
    judgement.reason,
    judgement.detail,
    next_exercise as due,
    false as lost,
    import_id,
    sheet,
    row
from judged
