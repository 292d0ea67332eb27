-- Those imports that a package rests on, without who loaded them, the name of the file and those of its sheets.
select
    import_id, organisation_id, source, sha256, extract_date, extract_date_by, completes, imported_at, loaded, rejected,
    warnings
from imports
where list_contains($imports, import_id)
order by import_id
