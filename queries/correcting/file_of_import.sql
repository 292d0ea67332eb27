-- The file of an import: its own, or the one that its returned rows belong to.
select i.source, i.extract_date, coalesce(f.what, i.sha256) as sha256
from imports as i
left join import_facts as f on f.import_id = i.import_id and f.fact = 'returned_to'
where i.import_id = $import_id
