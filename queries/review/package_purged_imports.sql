-- The purges of the imports behind a review.
select import_id, purged_at, diary, by_age, whole, rows, texts
from purged_imports
where list_contains($imports, import_id)
order by purged_at, import_id
