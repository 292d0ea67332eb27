-- The texts of a review: the last of each kind and place.
select kind, what, text, written_at, written_by
from review_texts
where review_id = $review_id
qualify row_number() over (partition by kind, what order by edition desc) = 1
order by kind, what
