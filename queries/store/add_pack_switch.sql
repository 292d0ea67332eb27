-- Record that a pack is on or off from a day, for each organisation of a name.
insert into pack_switches (organisation_id, pack, is_on, from_day, edition, switched_at, switched_by)
select
    o.organisation_id, $pack, $is_on, $from_day,
    (select coalesce(max(edition), 0) from pack_switches) + row_number() over (order by o.organisation_id),
    moment(), $who
from organisations_called(as_of := $as_of, known_at := $known_at) as o
where o.organisation = $organisation
