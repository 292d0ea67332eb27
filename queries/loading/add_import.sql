-- Record an import.
insert into imports (
    import_id, organisation_id, source, file, sha256, sheets, extract_date, extract_date_by, completes,
    imported_at, imported_by, loaded, rejected, warnings, parts
)
values (
    $import_id, $organisation_id, $source, $file, $sha256, $sheets, $extract_date, $extract_date_by, $completes,
    moment(), $who, $loaded, $rejected, $warnings, $parts
)
