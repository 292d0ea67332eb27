-- The extract date of the newest export of each source that counts in some organisations on a day. Answers that complete an
-- export do not make it newer.
select organisation, source, extract_date
from imports_at(as_of := $as_of, known_at := $known_at)
where list_contains($organisations, organisation)
qualify row_number() over (partition by organisation, source order by completes, extract_date desc, import_id desc) = 1
