-- The headings that each field of a source has been read from, in imports that count.
select c.field, list(distinct c.heading order by c.heading) as headings
from import_columns as c
inner join live_imports(known_at := $known_at) as i using (import_id)
where i.source = $source and c.field is not null
group by c.field
order by c.field
