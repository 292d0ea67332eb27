-- The headings that a field was read from in the imports of some organisations and a source.
select distinct i.import_id, c.heading
from live_imports(known_at := $known_at) as i
inner join import_columns as c using (import_id)
where list_contains($organisations, i.organisation_id) and i.source = $source and c.field = $field
