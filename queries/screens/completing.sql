-- The imports that complete a given one and still count when it is revoked: those after it, up to the next full export.
select c.import_id, c.file
from live_imports(known_at := $known_at) as c
inner join live_imports(known_at := $known_at) as i using (organisation_id, source)
where i.import_id = $import_id
    and not i.completes
    and c.completes
    and {'day': c.extract_date, 'id': c.import_id} > {'day': i.extract_date, 'id': i.import_id}
    and not exists (
        select 1
        from live_imports(known_at := $known_at) as f
        where f.organisation_id = i.organisation_id
            and f.source = i.source
            and not f.completes
            and {'day': f.extract_date, 'id': f.import_id} > {'day': i.extract_date, 'id': i.import_id}
            and f.extract_date <= c.extract_date
    )
order by c.import_id
