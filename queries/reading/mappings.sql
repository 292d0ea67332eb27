-- The mappings in effect: the latest for the same headings, unless it was deleted.
select mapping_id, headings, source, mapping, made_at, made_by
from mappings
where made_at <= $known_at
qualify row_number() over (partition by headings order by mapping_id desc) = 1 and mapping is not null
order by mapping_id desc
