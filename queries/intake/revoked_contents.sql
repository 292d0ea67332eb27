-- Each content of which every import was revoked, with the last of them.
select sha256, max(import_id) as import_id
from imports
where sha256 is not null
group by sha256
having bool_and(import_id in (select import_id from revocations))
order by sha256
