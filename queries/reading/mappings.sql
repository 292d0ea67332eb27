-- Every time that a mapping was created, changed or deleted, the newest first.
select mapping_id, headings, source, mapping, made_at, made_by
from mappings
where made_at <= $known_at
order by mapping_id desc
