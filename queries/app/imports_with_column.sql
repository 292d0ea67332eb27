-- The headings that a field was read from in the imports of an organisation and source.
select distinct i.import_id, c.heading
from live_imports(known_at := $known_at) as i
inner join organisations_called(as_of := $as_of, known_at := $known_at) as o using (organisation_id)
inner join import_columns as c using (import_id)
where o.organisation = $organisation and i.source = $source and c.field = $field
