-- Every import ever made, also revoked ones, the newest first.
select
    i.import_id,
    o.organisation,
    i.source,
    i.file,
    i.sheets,
    i.extract_date,
    i.extract_date_by,
    i.completes,
    i.imported_at,
    i.imported_by,
    i.loaded,
    i.rejected,
    i.warnings,
    i.sha256,
    r.revoked_at,
    r.revoked_by,
    r.why,
    p.purged_at,
    p.diary
from imports as i
inner join organisations_at(known_at := $known_at) as o using (organisation_id)
left join revocations as r using (import_id)
left join purged_imports as p on p.import_id = i.import_id and p.by_age
where i.imported_at <= $known_at
order by i.import_id desc
