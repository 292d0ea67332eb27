-- The packs that are on in an organisation on each day, as it is called on the day; of merged organisations each has a row.
-- Of what was said of one by then, and is known, the last counts.
select as_of, organisation, organisation_id, pack
from (
    select day.day as as_of, o.organisation, organisation_id, s.pack, s.is_on
    from (select unnest($days) as day) as day, lateral (
        select * from organisations_called(as_of := day.day, known_at := $known_at)
    ) as o
    inner join pack_switches as s using (organisation_id)
    where s.from_day <= day.day and s.switched_at <= $known_at
    qualify row_number() over (partition by day.day, organisation_id, s.pack order by s.edition desc) = 1
)
where is_on
