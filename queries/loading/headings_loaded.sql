-- The headings of each sheet of a source of an organisation, in the other imports that are not revoked.
select distinct list(c.heading order by c.place) as headings
from (select distinct import_id, sheet_number, place, heading from import_columns) as c
inner join live_imports(known_at := cast('infinity' as timestamp)) as i using (import_id)
where i.source = $source and i.organisation_id = $organisation_id and i.import_id is distinct from $import_id
group by c.import_id, c.sheet_number
