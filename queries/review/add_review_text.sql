-- Store a text written in a review.
insert into review_texts (review_id, kind, what, text, edition, written_at, written_by)
select $review_id, $kind, $what, $text, coalesce(max(edition), 0) + 1, moment(), $who
from review_texts
