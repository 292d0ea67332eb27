-- Records that a mapping was made, changed or deleted.
insert into mappings (mapping_id, headings, source, mapping, made_at, made_by)
values ($mapping_id, $headings, $source, $mapping, moment(), $who)
