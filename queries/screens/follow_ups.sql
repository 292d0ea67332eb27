-- The follow-ups of a decision, the oldest first.
select status, note, written_at, written_by
from follow_ups
where decision_id = $decision_id
order by edition
