-- The last approved version of each review: its frozen content and its current seal (of the approval, or of a later
-- resealing). The oldest year first.
with chosen as (
    select * from reviews qualify row_number() over (partition by review_id order by edition desc) = 1
),
approved as (
    select * from review_states
    where state = 'approved'
    qualify row_number() over (partition by review_id order by version desc, edition desc) = 1
),
last_frozen as (
    select * from frozen_reviews
    qualify row_number() over (partition by review_id, version order by edition desc) = 1
),
last_seals as (
    select edition, first_sha256, max_by(sha256, sealed_at) as sha256 from seals group by all
)
select c.year, c.organisation_id, a.review_id, a.version, coalesce(s.sha256, a.sha256) as sha256, f.content
from approved as a
inner join chosen as c using (review_id)
left join last_frozen as f on f.review_id = a.review_id and f.version = a.version
left join last_seals as s on s.edition = f.edition and s.first_sha256 = a.sha256
order by c.year, a.review_id
