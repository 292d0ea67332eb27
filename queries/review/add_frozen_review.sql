-- Store the frozen content of a submitted review.
insert into frozen_reviews (review_id, version, edition, content, sha256, frozen_at, frozen_by)
select $review_id, $version, coalesce(max(edition), 0) + 1, $content, $sha256, moment(), $who
from frozen_reviews
