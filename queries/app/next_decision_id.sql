-- The number of the next decision in the database, and the next in a review.
select
    coalesce(max(decision_id), 0) + 1,
    coalesce(max(number) filter (where review_id = $review_id), 0) + 1
from decisions
