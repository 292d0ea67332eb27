-- The actions of one system's plan: late, then open, then those of which no column tells, then done, each by due date.
select
    action_id,
    requirement,
    responsible,
    due_of(due) as due,
    happened(done, $as_of) as done,
    state
from planned_actions_at(as_of := $as_of, known_at := $known_at)
where organisation = $organisation and system_key = lower($system)
order by state = 'done', list_position(['late', 'open'], state) nulls last, due, lower(action_id)
