-- Record what a word means, or how the dates of a column begin, for each organisation of a name.
insert into meanings (organisation_id, source, field, said_of, meaning, edition, said_at, said_by)
select
    o.organisation_id, $source, $field, $said_of, $meaning,
    (select coalesce(max(edition), 0) from meanings) + row_number() over (order by o.organisation_id), moment(), $who
from organisations_called(as_of := $as_of, known_at := $known_at) as o
where o.organisation = $organisation
