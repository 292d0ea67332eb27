-- Record the files of a version of a pack, unless they are there.
insert into pack_files (sha256, file, content)
select $sha256, unnest($files), unnest($contents)
where not exists (from pack_files where sha256 = $sha256)
