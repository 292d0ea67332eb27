-- How a decision has been followed up, the first first.
select status, note, written_at, written_by
from follow_ups
where decision_id = $decision_id
order by edition
