-- The actions of one system's plan: overdue, then open, then done; of each the first due first.
select
    action_id,
    requirement,
    responsible,
    due_of(due) as due,
    case when done <= $as_of then done end as done,
    case
        when done <= $as_of then 'done'
        when due < $as_of then 'overdue'
        else 'open'
    end as state
from classification_actions_at(as_of := $as_of, known_at := $known_at)
where organisation = $organisation and lower(system) = lower($system)
order by list_position(['overdue', 'open', 'done'], state), due, lower(action_id)
