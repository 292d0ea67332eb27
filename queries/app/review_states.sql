-- What a review has been through, the first first; `sha256` was signed, `seal` is what has come after it where it was
-- sealed anew.
with sealed as (
    select review_id, version, first_sha256, max_by(sha256, sealed_at) as seal from seals group by all
)
select
    r.version, r.state, r.figures_of, r.sha256, r.why, r.changed_at, r.changed_by,
    coalesce(s.seal, r.sha256) as seal
from review_states as r
left join sealed as s on s.review_id = r.review_id and s.version = r.version and s.first_sha256 = r.sha256
where r.review_id = $review_id
order by r.edition
