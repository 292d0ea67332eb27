-- Record what a word means, or how the dates of a column begin, for some organisations.
insert into meanings (organisation_id, source, field, said_of, meaning, edition, said_at, said_by)
select
    o.organisation_id, $source, $field, $said_of, $meaning,
    (select coalesce(max(edition), 0) from meanings) + row_number() over (order by o.organisation_id), moment(), $who
from (select unnest($organisations) as organisation_id) as o
