-- Record what is arranged with those who deliver exports and answers.
insert into arrangements (organisation_id, kind, what, text, edition, written_at, written_by)
select $organisation_id, $kind, $what, $text, coalesce(max(edition), 0) + 1, moment(), $who
from arrangements
