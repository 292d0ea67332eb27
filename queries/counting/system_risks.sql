-- The risks of one system, whether above tolerance, and their actions: the latest analysis first, then the highest
-- risk.
select
    risk_id,
    analysed,
    latest,
    event,
    risk_value,
    coalesce(risk_value > $tolerance, false) as above,
    told(risk_value, 'risk_value', columns) as value_told,
    action,
    action_told,
    (action is null and action_told) or (due is null and due_told) as unplanned,
    responsible,
    due_of(due) as due,
    status
from risks_at(as_of := $as_of, known_at := $known_at)
where organisation = $organisation and system_key = lower($system)
order by analysed desc, risk_value desc nulls last, import_id, sheet_number, row
