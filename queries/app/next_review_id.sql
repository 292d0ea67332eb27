-- The number of the next review. One process writes at a time, so it is free.
select coalesce(max(review_id), 0) + 1 from reviews
