-- The fields that each import behind a day has a column for; null where it is not known which.
select i.organisation, i.source, i.import_id, list(distinct c.field) filter (where c.field is not null) as fields
from imports_at(as_of := $as_of, known_at := $known_at) as i
left join import_columns as c using (import_id)
group by i.organisation, i.source, i.import_id
order by i.organisation, i.source, i.import_id
