-- What a review has been through, the first first.
select version, state, figures_of, sha256, why, changed_at, changed_by
from review_states
where review_id = $review_id
order by edition
