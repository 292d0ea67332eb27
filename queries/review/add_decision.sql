-- Record that a decision is made, reworded or withdrawn.
insert into decisions (
    decision_id, review_id, number, text, point, responsible, due, resource, follow_up, withdrawn, why, edition, written_at,
    written_by
)
select
    $decision_id, $review_id, $number, $text, $point, $responsible, $due, $resource, $follow_up, $withdrawn, $why,
    coalesce(max(edition), 0) + 1, moment(), $who
from decisions
