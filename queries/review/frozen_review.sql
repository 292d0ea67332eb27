-- A version of a review as last frozen, with its current seal: that of its submission, or of a later resealing.
with signed as (
    select sha256
    from review_states
    where review_id = $review_id and version = $version and state = 'submitted'
    order by edition desc
    limit 1
)
select
    f.content,
    coalesce(
        (
            select max_by(s.sha256, s.sealed_at)
            from seals as s
            where s.edition = f.edition and s.first_sha256 = (select sha256 from signed)
        ),
        (select sha256 from signed)
    ) as sha256
from frozen_reviews as f
where f.review_id = $review_id and f.version = $version
qualify row_number() over (order by f.edition desc) = 1
