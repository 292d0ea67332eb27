-- The access reviews of one system, the newest first.
select reviewed, accounts_before, accounts_reviewed, accounts_removed, reviewed_by
from access_reviews_at(as_of := $as_of, known_at := $known_at)
where organisation = $organisation and lower(system) = lower($system) and reviewed <= $as_of
order by reviewed desc, import_id, sheet_number, row
