-- The headings that each field of a source was read from, in imports in effect.
select c.field, list(distinct c.heading order by c.heading) as headings
from import_columns as c
inner join live_imports(known_at := $known_at) as i using (import_id)
where i.source = $source and c.field is not null and c.heading <> ''
group by c.field
order by c.field
