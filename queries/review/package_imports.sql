-- The imports of a package, without the user who loaded them and the names of files and sheets.
select
    import_id, organisation_id, source, sha256, extract_date, extract_date_by, completes, parts, imported_at, loaded,
    rejected, warnings
from imports
where list_contains($imports, import_id)
order by import_id
