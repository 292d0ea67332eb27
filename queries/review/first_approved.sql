-- When each review was first approved.
select review_id, min(changed_at) as approved_at
from review_states
where state = 'approved'
group by review_id
order by review_id
