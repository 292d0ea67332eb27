-- What was last said of the words and dates of an organisation's exports, without what was taken back.
select m.source, m.field, m.said_of, m.meaning, m.said_at, m.said_by
from meanings as m
where m.organisation_id = $organisation_id and m.said_at <= $known_at
qualify row_number() over (partition by m.source, m.field, lower(m.said_of) order by m.edition desc) = 1
    and m.meaning is not null
order by m.source, m.field, lower(m.said_of)
