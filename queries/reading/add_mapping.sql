-- Record that a mapping was created, changed or deleted.
insert into mappings (mapping_id, headings, source, mapping, made_at, made_by)
values ($mapping_id, $headings, $source, $mapping, moment(), $who)
