-- When the latest answer of each unit of an organisation was taken, by the name that the unit has on a day; null is the
-- organisation as a whole. Organisations that have become one share theirs.
select renamed('unit', a.unit, $as_of, $known_at) as unit, max(a.taken_at) as taken_at
from unit_answers as a
inner join organisations_called(as_of := $as_of, known_at := $known_at) as o using (organisation_id)
where o.organisation = $organisation and a.taken_at <= $known_at
group by all
