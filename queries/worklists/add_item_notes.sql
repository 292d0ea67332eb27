-- Record the status and the note of some items.
insert into item_notes (organisation_id, point, item, unit, status, note, message, answer, edition, written_at, written_by)
select
    $organisation_id,
    unnest.point,
    unnest.item,
    unnest.unit,
    unnest.status,
    unnest.note,
    unnest.message,
    unnest.answer,
    (select coalesce(max(edition), 0) + 1 from item_notes),
    moment(),
    $who
from unnest($notes)
