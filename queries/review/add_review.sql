-- Open a review, or choose another day for it.
insert into reviews (review_id, organisation_id, year, as_of, edition, chosen_at, chosen_by)
select $review_id, $organisation_id, $year, $as_of, coalesce(max(edition), 0) + 1, moment(), $who
from reviews
