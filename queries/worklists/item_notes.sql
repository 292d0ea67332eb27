-- The status and the note of each item of an organisation as known at a moment, and when it was last sent to its unit.
-- Organisations that have become one share theirs.
select
    n.point,
    n.item,
    n.unit,
    n.status,
    n.note,
    n.message,
    n.answer,
    n.edition,
    n.written_at,
    n.written_by,
    max(n.written_at) filter (where n.status = 'sent') over (partition by n.point, lower(n.item)) as sent_at
from item_notes as n
inner join organisations_called(as_of := $as_of, known_at := $known_at) as o using (organisation_id)
where o.organisation = $organisation and n.written_at <= $known_at
qualify row_number() over (partition by n.point, lower(n.item) order by n.edition desc) = 1
order by n.edition
