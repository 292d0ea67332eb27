-- A version of a review as it was last frozen, and the seal that its state was given then.
select
    f.content,
    (
        select s.sha256
        from review_states as s
        where s.review_id = f.review_id and s.version = f.version and s.state = 'submitted'
        order by s.edition desc
        limit 1
    ) as sha256
from frozen_reviews as f
where f.review_id = $review_id and f.version = $version
qualify row_number() over (order by f.edition desc) = 1
