-- Record that a version of a pack was installed.
insert into packs (pack, sha256, edition, installed_at, installed_by)
select $pack, $sha256, (select coalesce(max(edition), 0) + 1 from packs), moment(), $who
