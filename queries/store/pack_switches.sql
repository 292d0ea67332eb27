-- What was said of each pack, with the organisation as it is called on a day: every row known at a moment, the last
-- first. Of merged organisations each has its own.
select s.pack, o.organisation, s.organisation_id, s.is_on, s.from_day, s.edition, s.switched_at, s.switched_by
from pack_switches as s
inner join organisations_called(as_of := $as_of, known_at := $known_at) as o using (organisation_id)
where s.switched_at <= $known_at
order by s.edition desc
