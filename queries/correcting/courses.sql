-- The courses of an organisation's training exports, those of most rows first.
select course, cast(sum(rows_of) as bigint) as rows_of
from courses_at(as_of := $as_of, known_at := $known_at)
where organisation = $organisation and course is not null
group by course
order by rows_of desc, course collate sv
