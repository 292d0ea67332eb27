-- The history of a review, the oldest state first. `sha256` is the seal that was signed, `seal` the current one where
-- it was resealed.
with sealed as (
    select review_id, version, first_sha256, max_by(sha256, sealed_at) as seal from seals group by all
)
select
    r.version, r.state, r.figures_of, r.sha256, r.why, r.changed_at, r.changed_by, r.person, r.issuer,
    coalesce(s.seal, r.sha256) as seal
from review_states as r
left join sealed as s on s.review_id = r.review_id and s.version = r.version and s.first_sha256 = r.sha256
where r.review_id = $review_id
order by r.edition
