-- Record what has happened to a file that came to the folder of an organisation.
insert into intake_files
select
    $organisation_id,
    $folder,
    $file,
    $sha256,
    $bytes,
    $state,
    $source,
    $extract_date,
    $why,
    $mark,
    $imports,
    (select coalesce(max(edition), 0) + 1 from intake_files),
    moment(),
    $who
