-- Record the follow-up of a decision.
insert into follow_ups (decision_id, status, note, edition, written_at, written_by)
select $decision_id, $status, $note, coalesce(max(edition), 0) + 1, moment(), $who
from follow_ups
