-- Record a new state of a review.
insert into review_states (
    review_id, version, edition, state, figures_of, sha256, why, changed_at, changed_by, person, issuer, signer,
    signer_key
)
select
    $review_id, $version, coalesce(max(edition), 0) + 1, $state, $figures_of, $sha256, $why, moment(), $who, $person,
    $issuer, $signer, $signer_key
from review_states
