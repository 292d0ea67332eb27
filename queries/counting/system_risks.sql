-- The risks of one system, whether above tolerance, and their actions: the latest analysis first, then the highest
-- risk.
select
    risk_id,
    analysed,
    analysed = max(analysed) over () as latest,
    event,
    risk_value,
    coalesce(risk_value > $tolerance, false) as above,
    risk_value is null and lacks(columns_read, sheet_number, 'risk_value') as value_untold,
    action,
    action is null and lacks(columns_read, sheet_number, 'action') as action_untold,
    (action is null and not action_untold)
    or (due is null and not lacks(columns_read, sheet_number, 'due')) as unplanned,
    responsible,
    due_of(due) as due,
    status
from risk_analyses_at(as_of := $as_of, known_at := $known_at)
where organisation = $organisation and lower(system) = lower($system) and analysed <= $as_of
order by analysed desc, risk_value desc nulls last, import_id, sheet_number, row
