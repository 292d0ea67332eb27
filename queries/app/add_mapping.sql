-- Records that a mapping was made, changed or deleted.
insert into mappings (mapping_id, headings, source, mapping, made_at, made_by)
select coalesce(max(mapping_id), 0) + 1, $headings, $source, $mapping, moment(), $who from mappings
