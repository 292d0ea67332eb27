-- The contents, of some, of which every import was revoked, with the last of these imports.
select sha256, max(import_id) as import_id
from imports
where list_contains(cast($sums as varchar[]), sha256)
group by sha256
having bool_and(import_id in (select import_id from revocations))
order by sha256
