-- The files of a version of a pack.
select file, content from pack_files where sha256 = $sha256 order by file
